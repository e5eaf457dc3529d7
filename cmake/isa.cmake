# SPDX-License-Identifier: MIT
# Instruction sets by file name: only a file whose name ends in _<isa>.c is compiled for it.  Each
# such file refuses to compile without its flags (#error in src/simd/simd_<isa>.h).
# -ffp-contract=off: kernels in doubles say fma where they mean it.
function(he_isa_flags)
    foreach(source IN LISTS ARGN)
        get_filename_component(name ${source} NAME_WE)
        set(flags "")
        if(name MATCHES "_avx2$")
            set(flags "-mavx2")
        elseif(name MATCHES "_avx2fma$")
            set(flags "-mavx2;-mfma;-ffp-contract=off")
        elseif(name MATCHES "_avx512$")
            set(flags "-mavx2;-mfma;-mavx512f;-mavx512dq;-mavx512bw;-mavx512vl;-ffp-contract=off")
        elseif(name MATCHES "_avx512ifma$")
            set(flags "-mavx2;-mfma;-mavx512f;-mavx512dq;-mavx512bw;-mavx512vl;-mavx512ifma;-ffp-contract=off")
        else()
            set(flags "-ffp-contract=off")
        endif()
        set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${flags}")
    endforeach()
endfunction()

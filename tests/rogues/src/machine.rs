//! Deeds against the processor and the memory.

use std::hint::black_box;

/// Never ends.
pub fn spin() -> ! {
    let mut count = 0_u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}

/// Allocates and touches memory without end.
pub fn allocate() -> ! {
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(vec![1_u8; 1 << 20]));
    }
}

/// Asks for memory in one piece after another and goes on when it is refused.
pub fn grow() -> ! {
    loop {
        black_box(one_mebibyte_more());
    }
}

#[cfg(target_arch = "wasm32")]
fn one_mebibyte_more() -> usize {
    core::arch::wasm32::memory_grow(0, 16)
}

/// There is nothing to grow where this crate is only checked.
#[cfg(not(target_arch = "wasm32"))]
fn one_mebibyte_more() -> usize {
    usize::MAX
}

/// Calls itself `depth` times.
#[inline(never)]
pub fn recurse(depth: u64) -> u64 {
    let kept = black_box([depth; 8]);
    if depth == 0 {
        kept[0]
    } else {
        recurse(depth - 1) + kept[7]
    }
}

/// Ends without a word.
pub fn abort() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort()
}

#pragma once
#include <cstddef>

namespace bench {

/// Sizes of the core's caches, as reported by the system.
std::size_t l1_bytes();
std::size_t l2_bytes();

}  // namespace bench

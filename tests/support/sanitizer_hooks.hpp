#pragma once
#include <cstddef>

// A sanitizer that has an allocator of its own, and says what it is asked for: ETCH_TEST_SANITIZER_COUNTS.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ETCH_TEST_SANITIZER_COUNTS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ETCH_TEST_SANITIZER_COUNTS 1
#endif
#endif
#if defined(ETCH_TEST_SANITIZER_COUNTS)
// As in sanitizer/allocator_interface.h, which g++ 12 does not bring.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*, std::size_t),
                                                         void (*freed)(const volatile void*));
#endif

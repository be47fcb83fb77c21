#pragma once
// Memory that is exactly as long as it must be: what is read or written behind it ends the program, also without
// AddressSanitizer, where the system lets a page be forbidden.
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define ETCH_TEST_FORBIDS_PAGES 0  // AddressSanitizer also sees what lies before
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ETCH_TEST_FORBIDS_PAGES 0
#endif
#endif
#if !defined(ETCH_TEST_FORBIDS_PAGES)
#if __has_include(<sys/mman.h>) && __has_include(<unistd.h>)
#define ETCH_TEST_FORBIDS_PAGES 1
#else
#define ETCH_TEST_FORBIDS_PAGES 0
#endif
#endif

#if ETCH_TEST_FORBIDS_PAGES
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace support {

/// Bytes, zero at first, that end where a page begins that cannot be touched.
class guarded_bytes {
public:
    explicit guarded_bytes(std::size_t count) {
#if ETCH_TEST_FORBIDS_PAGES
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t room = (count + page - 1) / page * page;
        size_ = room + page;
        begin_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (begin_ == MAP_FAILED || mprotect(at(room), page, PROT_NONE) != 0) throw std::bad_alloc{};
        data_ = at(room - count);
#else
        begin_ = data_ = std::calloc(count == 0 ? 1 : count, 1);
        if (begin_ == nullptr) throw std::bad_alloc{};
#endif
    }
    guarded_bytes(const guarded_bytes&) = delete;
    guarded_bytes& operator=(const guarded_bytes&) = delete;
    ~guarded_bytes() {
#if ETCH_TEST_FORBIDS_PAGES
        munmap(begin_, size_);
#else
        std::free(begin_);
#endif
    }

    [[nodiscard]] void* data() const noexcept { return data_; }

private:
    [[nodiscard]] void* at(std::size_t offset) const noexcept { return static_cast<char*>(begin_) + offset; }

    void* begin_ = nullptr;
    void* data_ = nullptr;
    [[maybe_unused]] std::size_t size_ = 0;
};

/// The same for Count numbers.
template <class T>
class guarded {
public:
    explicit guarded(std::size_t count) : bytes_{count * sizeof(T)} {}
    [[nodiscard]] T* get() const noexcept { return static_cast<T*>(bytes_.data()); }
    [[nodiscard]] T& operator[](std::size_t i) const noexcept { return get()[i]; }

private:
    guarded_bytes bytes_;
};

}  // namespace support

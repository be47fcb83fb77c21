#pragma once
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#if __has_include(<unistd.h>)
#include <unistd.h>
#elif __has_include(<io.h>)
#include <io.h>
#endif
#if __has_include(<sys/ioctl.h>)
#include <sys/ioctl.h>
#endif

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// The POSIX number of a stream; -1, which is not a valid one, if the C library does not provide it, such as newlib
/// with -std=c++20.
template <class Stream>
int descriptor_of([[maybe_unused]] Stream* stream) noexcept {
    if constexpr (requires { fileno(stream); })
        return fileno(stream);
    else
        return -1;
}

/// Whether a person is watching: the stream is a terminal that can return to the beginning of a line. In a WebAssembly
/// program every stream is reported as a terminal, even a browser's console or a file; there none counts as one.
inline bool is_terminal(std::FILE* stream) noexcept {
    const char* const kind = std::getenv("TERM");
    if (kind != nullptr && std::strcmp(kind, "dumb") == 0) return false;
#if __has_include(<unistd.h>) && !defined(__wasm__)
    return isatty(descriptor_of(stream)) == 1;
#elif __has_include(<io.h>)
    return _isatty(_fileno(stream)) != 0;
#else
    return static_cast<void>(stream), false;
#endif
}

/// Whether the terminal shows UTF-8, according to the environment.
inline bool shows_unicode() noexcept {
    for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* const locale = std::getenv(name);
        if (locale == nullptr || *locale == 0) continue;
        for (const char* const spelling : {"UTF-8", "utf-8", "UTF8", "utf8"})
            if (std::strstr(locale, spelling) != nullptr) return true;
        return false;
    }
    return false;
}

/// The number of columns of the terminal, from itself or from COLUMNS; 80 if neither is known.
inline std::size_t terminal_width([[maybe_unused]] std::FILE* stream) noexcept {
#if __has_include(<sys/ioctl.h>) && __has_include(<unistd.h>)
    winsize size{};
    if (ioctl(descriptor_of(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
#endif
    const char* const columns = std::getenv("COLUMNS");
    const long width = columns == nullptr ? 0 : std::strtol(columns, nullptr, 10);
    return width > 0 ? static_cast<std::size_t>(width) : 80;
}

}  // namespace etch::inline ETCH_VARIANT::internal

#pragma once
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/core/status.hpp>
#include <etch/data/system_files.hpp>

namespace etch::inline ETCH_VARIANT {

/// The result of reading something: a value, or a status and a readable message that names the place. A value is
/// complete or, if the status is not ok, empty. Readers throw nothing, except if memory runs out.
template <class T>
struct [[nodiscard]] read_result {
    T value{};
    status code = status::ok;
    std::string text{};  ///< what `message` gives if the status is not ok

    [[nodiscard]] bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] std::string message() const { return text.empty() ? describe(code) : text; }

    /// Passes on the failure of another reading on which this one depends.
    template <class U>
    read_result<U> failed_as() const {
        return {U{}, code, text};
    }
};

/// The most bytes that are read from one file or unpacked from a compressed one: larger ones are rejected before they
/// fill the memory.
inline constexpr std::size_t max_file_size = 0x7fffffff;

namespace internal {

/// Resizes `bytes`; false if there is not enough memory.
inline bool resize(std::vector<unsigned char>& bytes, std::size_t size) noexcept {
#if defined(__cpp_exceptions)
    try {
        bytes.resize(size);
    } catch (...) {
        return false;
    }
#else
    bytes.resize(size);
#endif
    return true;
}

/// The size to read of a file whose format does not state its length.
inline constexpr std::size_t any_size = static_cast<std::size_t>(-1);

/// The bytes of a file, no more than its format needs: `wanted(bytes)` returns, from those read so far, how many are of
/// use, plus one to detect a file that is too long. It is called again whenever that many have been read.
template <class Wanted>
read_result<std::vector<unsigned char>> read_file(const std::string& file, std::size_t limit, Wanted wanted) {
    const auto refuse = [&file](status code, std::string_view complaint, std::string_view cause = {}) {
        std::string text = file;
        (text += ": ") += complaint;
        if (!cause.empty()) (text += ": ") += cause;
        return read_result<std::vector<unsigned char>>{{}, code, std::move(text)};
    };
    if (file.find('\0') != file.npos) return refuse(status::cannot_open, describe(status::cannot_open), zero_in_path);
    const auto close = [](std::FILE* f) { std::fclose(f); };
    errno = 0;
    const std::unique_ptr<std::FILE, decltype(close)> stream{std::fopen(file.c_str(), "rb"), close};
    if (!stream) return refuse(status::cannot_open, describe(status::cannot_open), system_complaint());
    const file_facts facts = system_files::facts_of(stream.get());

    std::vector<unsigned char> bytes;
    while (true) {
        std::size_t most = wanted(std::span<const unsigned char>{bytes});
        if (most > limit) {
            const std::uint64_t size = facts.regular ? facts.size : most == any_size ? 0 : most - 1;
            if (size > limit)
                return refuse(status::too_large,
                              std::to_string(size) + " bytes, at most " + std::to_string(limit) + " are read");
            most = limit + 1;
        }
        const std::size_t before = bytes.size();
        if (before >= most) break;
        constexpr std::size_t piece = std::size_t{1} << 16;
        const std::size_t asked = (std::min)(most - before, (std::max)(before, piece));
        if (!resize(bytes, before + asked))
            return refuse(status::too_large,
                          "there is no memory for more than its first " + std::to_string(before) + " bytes");
        const std::size_t got = std::fread(bytes.data() + before, 1, asked, stream.get());
        bytes.resize(before + got);
        if (got < asked) break;
    }
    if (std::ferror(stream.get()) != 0)  // a folder, for example
        return refuse(status::cannot_open, "the file cannot be read", system_complaint());
    if (bytes.size() > limit)
        return refuse(status::too_large, "more than the " + std::to_string(limit) + " bytes that are read");
    return {std::move(bytes), status::ok, {}};
}

/// A text file's bytes. Stops at a zero byte, which no UTF-8 text has and UTF-16 is full of.
inline read_result<std::vector<unsigned char>> read_text(const std::string& file) {
    std::size_t seen = 0;  // bytes that were searched for a zero
    const auto ends = [&seen](std::span<const unsigned char> bytes) {
        seen = static_cast<std::size_t>(std::find(bytes.begin() + static_cast<std::ptrdiff_t>(seen), bytes.end(), 0) -
                                        bytes.begin());
        return seen < bytes.size();
    };
    auto bytes = read_file(file, max_file_size,
                           [&](std::span<const unsigned char> start) { return ends(start) ? start.size() : any_size; });
    if (!bytes || !ends(bytes.value)) return bytes;
    return {{},
            status::malformed,
            file + ": byte " + std::to_string(seen) + " is zero, so this is not UTF-8 text (UTF-16 is not supported)"};
}

}  // namespace internal

/// A whole file's bytes; a pipe is read to its end. cannot_open, and too_large for more than `limit`.
inline read_result<std::vector<unsigned char>> read_file(const std::string& file, std::size_t limit = max_file_size) {
    return internal::read_file(file, limit, [](std::span<const unsigned char>) { return internal::any_size; });
}

}  // namespace etch::inline ETCH_VARIANT

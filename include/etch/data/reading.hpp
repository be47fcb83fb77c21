#pragma once
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT {

/// The result of reading something: a value, or a status and a sentence for a person that says where it is wrong. A
/// value is whole or, where the status is not ok, empty. Readers throw nothing, except where memory runs out.
template <class T>
struct [[nodiscard]] reading {
    T value{};
    status code = status::ok;
    std::string text{};  ///< what `message` gives where the status is not ok

    [[nodiscard]] bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] std::string message() const { return text.empty() ? etch::message(code) : text; }

    /// The failure of one reading as that of another, which needed it.
    template <class U>
    reading<U> failed_as() const {
        return {U{}, code, text};
    }
};

/// A whole file's bytes.
inline reading<std::vector<unsigned char>> read_file(const std::string& file) {
    const auto close = [](std::FILE* f) { std::fclose(f); };
    const std::unique_ptr<std::FILE, decltype(close)> stream{std::fopen(file.c_str(), "rb"), close};
    if (!stream) return {{}, status::cannot_open, file + ": " + message(status::cannot_open)};
    std::vector<unsigned char> bytes;
    constexpr std::size_t piece = std::size_t{1} << 16;
    for (std::size_t got = piece; got == piece;) {
        const std::size_t before = bytes.size();
        bytes.resize(before + piece);
        got = std::fread(bytes.data() + before, 1, piece, stream.get());
        bytes.resize(before + got);
    }
    if (std::ferror(stream.get()) != 0) {  // a directory, for example
        return {{}, status::cannot_open, file + ": the file cannot be read"};
    }
    return {std::move(bytes), status::ok, {}};
}

}  // namespace etch

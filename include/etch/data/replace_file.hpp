#pragma once
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <etch/core/status.hpp>
#include <etch/data/system_files.hpp>

namespace etch::inline ETCH_VARIANT {

/// The result of writing a file, or of reading one into something that is there: a status, and a sentence for a person.
struct [[nodiscard]] file_result {
    status code = status::ok;
    std::string text{};  ///< what `message` gives if the status is not ok

    [[nodiscard]] bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] std::string message() const { return text.empty() ? describe(code) : text; }
};

/// Writes a file whole or not at all: the bytes go to a new file of a name of its own in the same folder, are flushed
/// to the disk, and take the place of `path`. Whoever reads it meanwhile, or after a loss of power, sees the old file
/// or the new one; of several who write it the last one wins.
///
/// The file keeps its mode; a symbolic link stays, and what it leads to is replaced; other hard links keep the old
/// bytes. cannot_write with the system's reason, and everything as it was: a full disk, a file that may not be written,
/// or one that is no regular file. A program that is killed meanwhile leaves a file etch-*.tmp behind.
/// Cost: a flush waits for the disk, some milliseconds.
inline file_result replace_file(const std::string& path, std::span<const std::byte> bytes) {
    const std::string complaint = internal::replace_bytes(path, bytes);
    if (complaint.empty()) return {};
    return {status::cannot_write, path + ": " + describe(status::cannot_write) + (": " + complaint)};
}

/// The same of text.
template <std::convertible_to<std::string_view> Text>
file_result replace_file(const std::string& path, const Text& from) {
    const std::string_view text{from};
    return replace_file(path, std::as_bytes(std::span{text.data(), text.size()}));
}

}  // namespace etch::inline ETCH_VARIANT

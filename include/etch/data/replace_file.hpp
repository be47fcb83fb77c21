#pragma once
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <etch/core/status.hpp>
#include <etch/data/system_files.hpp>

namespace etch::inline ETCH_VARIANT {

/// The result of writing a file, or of reading one into an existing object: a status, and a message for a person.
struct [[nodiscard]] file_result {
    status code = status::ok;
    std::string text{};  ///< what `message` gives if the status is not ok

    [[nodiscard]] bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] std::string message() const { return text.empty() ? describe(code) : text; }
};

/// Writes a file completely or not at all: the bytes go to a new file with a unique name in the same folder, are
/// flushed to the disk, and replace `path`. A reader, at any time and after a loss of power, sees the old file or the
/// new one; among several writers the last one wins.
///
/// The file keeps its mode; a symbolic link stays, and its target is replaced; other hard links keep the old bytes.
/// cannot_write with the system's reason, and nothing changed, if the disk is full, the file may not be written, or it
/// is not a regular file. A program that is killed meanwhile leaves a file etch-*.tmp behind. Cost: a flush waits for
/// the disk, some milliseconds.
inline file_result replace_file(const std::string& path, std::span<const std::byte> bytes) {
    const std::string complaint = internal::replace_bytes(path, bytes);
    if (complaint.empty()) return {};
    return {status::cannot_write, path + ": " + describe(status::cannot_write) + (": " + complaint)};
}

/// The same for text.
template <std::convertible_to<std::string_view> Text>
file_result replace_file(const std::string& path, const Text& from) {
    const std::string_view text{from};
    return replace_file(path, std::as_bytes(std::span{text.data(), text.size()}));
}

}  // namespace etch::inline ETCH_VARIANT

#pragma once
#if !__has_include(<zip.h>)
#error \
    "etch: zip.h of libzip is not found. Install it (Debian: libzip-dev); then link etch::npz in CMake, -lzip elsewhere"
#elif defined(ETCH_LINKED_BY_CMAKE) && !defined(ETCH_LINKS_NPZ)
#error "etch: this target does not link libzip: link etch::npz, or define ETCH_LINKS_NPZ if you link libzip yourself"
#endif
#include <zip.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/data/parse_number.hpp>
#include <etch/data/reading.hpp>
#include <etch/io/files.hpp>
#include <etch/io/npy.hpp>
#include <etch/io/tensor_source.hpp>

namespace etch::inline ETCH_VARIANT {

/// The arrays of an .npz file, as numpy's savez and savez_compressed write them: `1.weight.npy` in the archive is the
/// tensor 1.weight. float64, float32 and float16 in either byte order and either index order are weights; integers and
/// bools are tensors of number_type::other. It owns its memory, on the heap: for the host, not for devices.
class npz_archive {
public:
    static constexpr std::size_t max_entries = 1024;
    static constexpr std::size_t default_limit = std::size_t{256} << 20;  ///< of all bytes when unpacked

    npz_archive() = default;
    npz_archive(npz_archive&&) noexcept = default;
    npz_archive& operator=(npz_archive&&) noexcept = default;

    /// In the order of the archive.
    [[nodiscard]] std::span<const file_tensor> tensors() const noexcept { return tensors_; }

private:
    friend read_result<npz_archive> parse_npz(std::span<const std::byte>, const std::string&, std::size_t);

    struct entry {
        std::string key;
        std::vector<std::byte> file;
    };
    std::vector<entry> entries_{};        // never moved one by one,
    std::vector<file_tensor> tensors_{};  // since these point into them
};

namespace internal {

struct zip_closer {
    void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
    void operator()(zip_file_t* entry) const noexcept { zip_fclose(entry); }
};
template <class T>
using zip_pointer = std::unique_ptr<T, zip_closer>;

/// An archive in memory, or nothing and the reason.
inline zip_pointer<zip_t> open_zip(std::span<const std::byte> bytes, std::string& complaint) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    zip_pointer<zip_t> archive{source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error)};
    if (!archive) {
        complaint = zip_error_strerror(&error);
        zip_source_free(source);
    }
    zip_error_fini(&error);
    return archive;
}

/// Unpacks an entry that states a size of `size` bytes. What is wrong with it; empty if nothing is.
inline std::string unzip(zip_t* archive, std::size_t index, std::size_t size, std::vector<std::byte>& to) {
    const zip_pointer<zip_file_t> stream{zip_fopen_index(archive, index, 0)};
    if (!stream) return zip_strerror(archive);
    to.resize(size);
    std::size_t filled = 0;
    zip_int64_t got = 1;
    while (filled < size && got > 0) {
        got = zip_fread(stream.get(), to.data() + filled, size - filled);
        if (got > 0) filled += static_cast<std::size_t>(got);
    }
    std::byte beyond{};
    if (got > 0) got = zip_fread(stream.get(), &beyond, 1);  // at the end libzip compares the checksum
    if (got < 0) return zip_file_strerror(stream.get());
    if (got > 0 || filled < size) return "not the size that the archive promises";
    return {};
}

}  // namespace internal

/// Reads an .npz file from memory; messages call it `name` and count bytes from 0. All or nothing: every entry must be
/// an array of numbers under a name of its own, neither encrypted nor compressed by a method that numpy does not use.
/// malformed, truncated, duplicate_key, wrong_type (also for Python objects, which are never read), wrong_version;
/// too_large for more than max_entries, or for more than `limit` bytes when unpacked, so that a small hostile file
/// cannot fill the memory.
inline read_result<npz_archive> parse_npz(std::span<const std::byte> bytes, const std::string& name = "npz",
                                          std::size_t limit = npz_archive::default_limit) {
    const auto refuse = [&name](status code, const std::string& complaint) {
        return read_result<npz_archive>{{}, code, name + ": " + complaint};
    };
    if (bytes.empty()) return refuse(status::truncated, describe(status::truncated));  // libzip finds an archive in it
    std::string complaint;
    const auto archive = internal::open_zip(bytes, complaint);
    if (!archive) return refuse(status::malformed, "not a zip archive: " + complaint);
    const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
    const auto count = static_cast<std::size_t>(std::max<zip_int64_t>(entries, 0));
    if (count > npz_archive::max_entries) {
        return refuse(status::too_large,
                      std::to_string(count) + " entries, more than " + std::to_string(npz_archive::max_entries));
    }
    npz_archive read;
    read.entries_.reserve(count);
    std::size_t left = limit;
    for (std::size_t i = 0; i < count; ++i) {
        zip_stat_t entry;
        constexpr zip_uint64_t known =
            ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
        if (zip_stat_index(archive.get(), i, 0, &entry) != 0 || (entry.valid & known) != known) {
            return refuse(status::malformed, "entry " + std::to_string(i) + " is not described");
        }
        const std::string_view file_name{entry.name}, ending = ".npy";
        const std::string in_archive = internal::in_quotes(file_name);
        if (!file_name.ends_with(ending)) return refuse(status::malformed, in_archive + " is not an array (.npy)");
        if (entry.encryption_method != ZIP_EM_NONE) return refuse(status::malformed, in_archive + " is encrypted");
        if (entry.comp_method != ZIP_CM_STORE && entry.comp_method != ZIP_CM_DEFLATE) {
            return refuse(status::malformed, in_archive + " is packed by method " + std::to_string(entry.comp_method) +
                                                 ", neither stored nor deflated");
        }
        std::string key{file_name.substr(0, file_name.size() - ending.size())};
        for (const file_tensor& other : read.tensors_) {
            if (other.key == key) return refuse(status::duplicate_key, in_archive + " is there twice");
        }
        if (entry.size > left) {
            return refuse(status::too_large,
                          in_archive + " exceeds the limit of " + std::to_string(limit) + " bytes when unpacked");
        }
        left -= entry.size;
        auto& [kept_key, file] = read.entries_.emplace_back(npz_archive::entry{std::move(key), {}});
        complaint = internal::unzip(archive.get(), i, entry.size, file);
        if (!complaint.empty()) return refuse(status::malformed, in_archive + ": " + complaint);
        auto tensor = internal::read_npy(file, name + ": " + in_archive);
        if (!tensor) return tensor.failed_as<npz_archive>();
        tensor.value.key = kept_key;
        read.tensors_.push_back(tensor.value);
    }
    return {std::move(read), status::ok, {}};
}

/// The same from a file; also cannot_open.
inline read_result<npz_archive> read_npz(const std::string& file, std::size_t limit = npz_archive::default_limit) {
    const auto bytes = internal::read_file(file, max_file_size, [](std::span<const unsigned char> start) {
        const bool is_zip = start.size() < 2 || (start[0] == 'P' && start[1] == 'K');
        return start.size() < 2 ? 2 : is_zip ? internal::any_size : start.size();
    });
    return bytes ? parse_npz(std::as_bytes(std::span{bytes.value}), file, limit) : bytes.failed_as<npz_archive>();
}

/// Loads a network from an .npz file, as load_file does from a safetensors file; an archive has no golden vectors.
template <class Network>
file_result load_npz(Network& net, const std::string& path, const key_map& keys = {}) {
    const auto archive = read_npz(path);
    return archive ? load_verified(net, archive.value, keys, path) : file_result{archive.code, archive.text};
}

}  // namespace etch::inline ETCH_VARIANT

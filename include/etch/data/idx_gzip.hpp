#pragma once
#if !__has_include(<zlib.h>)
#error \
    "etch: zlib.h of zlib is not found. Install it (Debian: zlib1g-dev); then link etch::gzip in CMake, -lz elsewhere"
#elif defined(ETCH_LINKED_BY_CMAKE) && !defined(ETCH_LINKS_GZIP)
#error "etch: this target does not link zlib: link etch::gzip, or define ETCH_LINKS_GZIP if you link zlib yourself"
#endif
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <etch/data/idx.hpp>
#include <etch/data/reading.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// `gunzip` below; unpacks no more bytes than `wanted` returns, as in `read_file`.
template <class Wanted>
read_result<std::vector<unsigned char>> gunzip(std::span<const unsigned char> packed, const std::string& name,
                                               std::size_t limit, Wanted wanted) {
    const auto refuse = [&name](status code, const std::string& complaint) {
        return read_result<std::vector<unsigned char>>{{}, code, name + ": " + complaint};
    };
    struct inflater {
        z_stream stream{};
        bool ready = inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK;  // 16: with gzip's header and checksum
        inflater() = default;
        inflater(const inflater&) = delete;
        inflater& operator=(const inflater&) = delete;
        ~inflater() { inflateEnd(&stream); }
    } unpack;
    if (!unpack.ready) return refuse(status::malformed, "zlib cannot start");

    constexpr std::size_t piece = std::size_t{1} << 16;
    std::vector<unsigned char> result;
    std::size_t given = 0;
    int state = Z_OK;
    z_stream& stream = unpack.stream;
    do {
        if (stream.avail_in == 0) {  // zlib counts in unsigned int
            const std::size_t length = (std::min)(packed.size() - given, std::size_t{1} << 30);
            // zlib does not write to its input; older versions leave out the const.
            stream.next_in = const_cast<unsigned char*>(packed.data() + given);
            stream.avail_in = static_cast<unsigned>(length);
            given += length;
            if (length == 0) return refuse(status::truncated, describe(status::truncated));
        }
        const std::size_t before = result.size();
        if (!resize(result, before + piece))
            return refuse(status::too_large,
                          "there is no memory for more than its first " + std::to_string(before) + " bytes");
        stream.next_out = result.data() + before;
        stream.avail_out = static_cast<unsigned>(piece);
        state = inflate(&stream, Z_NO_FLUSH);
        result.resize(before + piece - stream.avail_out);
        if (state == Z_BUF_ERROR) state = Z_OK;  // it only needs more input
        if (state != Z_OK && state != Z_STREAM_END) {
            return refuse(status::malformed, stream.msg != nullptr ? stream.msg : "not gzip data");
        }
        if (result.size() > limit) {
            return refuse(status::too_large, "more than " + std::to_string(limit) + " bytes when unpacked");
        }
        if (result.size() >= wanted(std::span<const unsigned char>{result})) break;
        const bool more = stream.avail_in > 0 || given < packed.size();
        if (state == Z_STREAM_END && more) {  // the next member
            inflateReset(&stream);
            state = Z_OK;
        }
    } while (state != Z_STREAM_END);
    return {std::move(result), status::ok, {}};
}

}  // namespace internal

/// Unpacks gzip data in memory, one or several members; messages call it `name`. truncated if the data ends before the
/// last member does, malformed if it is not gzip or a checksum is wrong, too_large if it unpacks to more than `limit`
/// bytes, so that a small hostile file cannot fill the memory.
inline read_result<std::vector<unsigned char>> gunzip(std::span<const unsigned char> packed,
                                                      const std::string& name = "gzip",
                                                      std::size_t limit = max_file_size) {
    return internal::gunzip(packed, name, limit, [](std::span<const unsigned char>) { return internal::any_size; });
}

/// Reads an IDX file compressed with gzip.
inline read_result<idx_array> read_idx_gzip(const std::string& file) {
    const auto packed = internal::read_file(file, max_file_size, [](std::span<const unsigned char> start) {
        const bool is_gzip = start.size() < 2 || (start[0] == 0x1f && start[1] == 0x8b);
        return start.size() < 2 ? 2 : is_gzip ? internal::any_size : start.size();
    });
    if (!packed) return packed.failed_as<idx_array>();
    const auto bytes = internal::gunzip(packed.value, file, max_file_size, internal::wanted_of_idx);
    return bytes ? parse_idx(bytes.value, file) : bytes.failed_as<idx_array>();
}

/// Images and labels from two gzip files, as MNIST is published: see to_data_set.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
read_result<data_set<Inputs, Outputs, T>> read_idx_gzip(const std::string& images_file,
                                                        const std::string& labels_file) {
    const auto images = read_idx_gzip(images_file);
    if (!images) return images.template failed_as<data_set<Inputs, Outputs, T>>();
    const auto labels = read_idx_gzip(labels_file);
    if (!labels) return labels.template failed_as<data_set<Inputs, Outputs, T>>();
    return to_data_set<Inputs, Outputs, T>(images.value, labels.value, images_file, labels_file);
}

}  // namespace etch::inline ETCH_VARIANT

#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <etch/core/bit_cast.hpp>
#include <etch/data/data_set.hpp>
#include <etch/data/one_hot.hpp>
#include <etch/data/reading.hpp>

namespace etch::inline ETCH_VARIANT {

/// The element types of an IDX file, with their codes in the file.
enum class idx_type : std::uint8_t {
    uint8 = 0x08,
    int8 = 0x09,
    int16 = 0x0b,
    int32 = 0x0c,
    float32 = 0x0d,
    float64 = 0x0e,
};

/// An array of an IDX file: extents, the slowest first, and the bytes of the elements, big endian. Format: Y. LeCun, C.
/// Cortes, C. Burges, "The MNIST Database of Handwritten Digits".
struct idx_array {
    idx_type type = idx_type::uint8;
    std::vector<std::size_t> extents{};
    std::vector<unsigned char> bytes{};

    [[nodiscard]] static constexpr std::size_t bytes_of(idx_type type) noexcept {
        switch (type) {
            case idx_type::uint8:
            case idx_type::int8: return 1;
            case idx_type::int16: return 2;
            case idx_type::int32:
            case idx_type::float32: return 4;
            case idx_type::float64: return 8;
        }
        return 0;  // not an IDX type
    }

    [[nodiscard]] std::size_t size() const noexcept { return bytes.size() / bytes_of(type); }

    /// Element i (below size()) as a double, exact for every type.
    [[nodiscard]] double operator[](std::size_t i) const noexcept {
        const std::size_t width = bytes_of(type);
        std::uint64_t raw = 0;
        for (std::size_t b = 0; b < width; ++b) raw = raw << 8 | bytes[i * width + b];
        switch (type) {
            case idx_type::uint8: return static_cast<double>(raw);
            case idx_type::int8: return static_cast<std::int8_t>(static_cast<std::uint8_t>(raw));
            case idx_type::int16: return static_cast<std::int16_t>(static_cast<std::uint16_t>(raw));
            case idx_type::int32: return static_cast<std::int32_t>(static_cast<std::uint32_t>(raw));
            case idx_type::float32: return static_cast<double>(bit_cast<float>(static_cast<std::uint32_t>(raw)));
            case idx_type::float64: return bit_cast<double>(raw);
        }
        return 0;
    }
};

/// Reads an IDX array from memory; messages call it `name` and count bytes from 0. malformed for a wrong magic number
/// or bytes after the end, truncated for too few, size_mismatch if the product of the extents exceeds a std::size_t.
inline read_result<idx_array> parse_idx(std::span<const unsigned char> bytes, const std::string& name = "idx") {
    const auto refuse = [&name](status code, std::size_t byte, const std::string& complaint) {
        return read_result<idx_array>{{}, code, name + ": byte " + std::to_string(byte) + ": " + complaint};
    };
    if (bytes.size() < 4) return refuse(status::truncated, bytes.size(), "the header of 4 bytes ends too early");
    if (bytes[0] != 0 || bytes[1] != 0) return refuse(status::malformed, 0, "an IDX file begins with two zeros");
    idx_array array;
    array.type = static_cast<idx_type>(bytes[2]);
    const std::size_t width = idx_array::bytes_of(array.type);
    if (width == 0) return refuse(status::malformed, 2, std::to_string(bytes[2]) + " is not an element type of IDX");
    const std::size_t rank = bytes[3];
    if (rank == 0) return refuse(status::malformed, 3, "an array has at least one extent");
    const std::size_t header = 4 + 4 * rank;
    if (bytes.size() < header) {
        return refuse(status::truncated, bytes.size(),
                      "the list of " + std::to_string(rank) + " extents ends too early");
    }
    std::size_t expected = width;
    for (std::size_t i = 0; i < rank; ++i) {
        std::size_t extent = 0;
        for (std::size_t b = 0; b < 4; ++b) extent = extent << 8 | bytes[4 + 4 * i + b];
        array.extents.push_back(extent);
        if (extent != 0 && expected > (std::numeric_limits<std::size_t>::max)() / extent) {
            return refuse(status::size_mismatch, 4 + 4 * i, "the product of the extents is too large");
        }
        expected *= extent;
    }
    const std::size_t found = bytes.size() - header;
    if (found != expected) {
        return refuse(
            found < expected ? status::truncated : status::malformed,
            found < expected ? bytes.size() : header + expected,
            found < expected
                ? std::to_string(found) + " bytes of elements, the header promises " + std::to_string(expected)
                : "more than the " + std::to_string(expected) + " bytes of elements that the header promises");
    }
    array.bytes.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
    return {std::move(array), status::ok, {}};
}

namespace internal {

/// How many bytes of an IDX file to read: the header, then the size that it states plus one; no more bytes than show
/// why the file is rejected.
inline std::size_t wanted_of_idx(std::span<const unsigned char> start) noexcept {
    if (start.size() < 4) return 4;
    const std::size_t width = idx_array::bytes_of(static_cast<idx_type>(start[2])),
                      header = 4 + std::size_t{4} * start[3];
    if (start[0] != 0 || start[1] != 0 || width == 0) return 4;
    if (start.size() < header) return header;
    std::size_t size = width;
    for (std::size_t i = 4; i < header; i += 4) {
        std::size_t extent = 0;
        for (std::size_t b = 0; b < 4; ++b) extent = extent << 8 | start[i + b];
        if (extent != 0 && size > (any_size - header - 2) / extent) return any_size - 1;
        size *= extent;
    }
    return header + size + 1;
}

}  // namespace internal

/// Reads an IDX file.
inline read_result<idx_array> read_idx(const std::string& file) {
    const auto bytes = internal::read_file(file, max_file_size, internal::wanted_of_idx);
    return bytes ? parse_idx(bytes.value, file) : bytes.failed_as<idx_array>();
}

/// Images and their labels as samples: pixels, bytes of 0 to 255, become numbers from 0 to 1, labels one-hot targets.
/// The names are for messages. malformed for pixels or labels that are not unsigned bytes, size_mismatch for images of
/// the wrong size or a different number of labels, unknown_class for a label beyond the outputs, empty_set.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
read_result<data_set<Inputs, Outputs, T>> to_data_set(const idx_array& images, const idx_array& labels,
                                                      const std::string& images_name = "images",
                                                      const std::string& labels_name = "labels") {
    using result = read_result<data_set<Inputs, Outputs, T>>;
    for (const auto& [array, name] : {std::pair{&images, &images_name}, std::pair{&labels, &labels_name}}) {
        if (array->type != idx_type::uint8) return {{}, status::malformed, *name + ": the elements are not bytes"};
        if (array->size() == 0) return {{}, status::empty_set, *name + ": " + describe(status::empty_set)};
    }
    const std::size_t samples = images.extents[0];
    const std::size_t pixels = images.size() / samples;
    if (pixels != Inputs) {
        return {{},
                status::size_mismatch,
                images_name + ": an image has " + std::to_string(pixels) + " pixels, a sample " +
                    std::to_string(Inputs) + " inputs"};
    }
    if (labels.size() != samples) {
        return {
            {},
            status::size_mismatch,
            labels_name + ": " + std::to_string(labels.size()) + " labels for " + std::to_string(samples) + " images"};
    }
    result read;
    read.value.reserve(samples);
    std::array<T, Inputs> input{};
    std::array<T, Outputs> target{};
    for (std::size_t i = 0; i < samples; ++i) {
        for (std::size_t p = 0; p < Inputs; ++p) input[p] = static_cast<T>(images.bytes[i * Inputs + p]) / T{255};
        if (one_hot(labels.bytes[i], std::span<T, Outputs>{target}) != status::ok) {
            return {{},
                    status::unknown_class,
                    labels_name + ": label " + std::to_string(labels.bytes[i]) + " of sample " + std::to_string(i) +
                        " is not below " + std::to_string(class_count<Outputs>)};
        }
        read.value.push_back(input, target);
    }
    return read;
}

/// The same from two files.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
read_result<data_set<Inputs, Outputs, T>> read_idx(const std::string& images_file, const std::string& labels_file) {
    const auto images = read_idx(images_file);
    if (!images) return images.template failed_as<data_set<Inputs, Outputs, T>>();
    const auto labels = read_idx(labels_file);
    if (!labels) return labels.template failed_as<data_set<Inputs, Outputs, T>>();
    return to_data_set<Inputs, Outputs, T>(images.value, labels.value, images_file, labels_file);
}

}  // namespace etch::inline ETCH_VARIANT

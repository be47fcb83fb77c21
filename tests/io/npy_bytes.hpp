#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

/// A .npy file by hand: the magic number, a version, the header's length and the header, the numbers.
inline std::string npy_bytes(const std::string& header, const std::string& numbers, char version = 1) {
    std::string file = std::string{"\x93NUMPY"} + version + '\0';
    for (std::size_t byte = 0; byte < (version == 1 ? 2 : 4); ++byte)
        file += static_cast<char>(header.size() >> (8 * byte));
    return file + header + numbers;
}

/// The usual header.
inline std::string npy_header(const std::string& type, const std::string& shape, bool fortran_order = false) {
    return "{'descr': '" + type + "', 'fortran_order': " + (fortran_order ? "True" : "False") + ", 'shape': " + shape +
           ", }  \n";
}

/// The bytes of numbers, the lowest first or last.
template <class Number>
std::string number_bytes(const std::vector<Number>& numbers, bool big_endian = false) {
    using bits_type = std::conditional_t<sizeof(Number) == 8, std::uint64_t,
                                         std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint16_t>>;
    std::string bytes;
    for (const Number number : numbers) {
        const auto bits = std::bit_cast<bits_type>(number);
        for (std::size_t byte = 0; byte < sizeof(Number); ++byte) {
            const std::size_t place = big_endian ? sizeof(Number) - 1 - byte : byte;
            bytes += static_cast<char>(bits >> (8 * place) & 0xff);
        }
    }
    return bytes;
}

inline std::vector<std::byte> to_bytes(const std::string& text) {
    std::vector<std::byte> bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

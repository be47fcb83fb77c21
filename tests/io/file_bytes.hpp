#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The bytes of a safetensors file: the length of the header, the header, and the numbers.
inline std::vector<std::byte> file_bytes(std::string_view header, std::size_t data_size = 0) {
    std::vector<std::byte> bytes(8 + header.size() + data_size);
    for (std::size_t b = 0; b < 8; ++b) bytes[b] = static_cast<std::byte>(header.size() >> (8 * b));
    std::memcpy(bytes.data() + 8, header.data(), header.size());
    return bytes;
}

/// A file of float tensors, which follow each other. The numbers are 1, 2, 3, ... from the first tensor on.
class float_file {
public:
    float_file& metadata(const std::string& key, const std::string& value) {
        metadata_ += (metadata_.empty() ? "" : ",") + ("\"" + key + "\":\"" + value + "\"");
        return *this;
    }
    float_file& tensor(const std::string& key, std::vector<std::size_t> extents) {
        std::size_t size = 1;
        std::string text;
        for (const std::size_t extent : extents) {
            text += (text.empty() ? "" : ",") + std::to_string(extent);
            size *= extent;
        }
        entries_ += ",\"" + key + "\":{\"dtype\":\"F32\",\"shape\":[" + text + "],\"data_offsets\":[" +
                    std::to_string(4 * numbers_.size()) + "," + std::to_string(4 * (numbers_.size() + size)) + "]}";
        for (std::size_t i = 0; i < size; ++i) numbers_.push_back(static_cast<float>(numbers_.size() + 1));
        return *this;
    }
    float& number(std::size_t i) { return numbers_[i]; }
    [[nodiscard]] std::vector<std::byte> bytes() const {
        std::vector<std::byte> all =
            file_bytes("{\"__metadata__\":{" + metadata_ + "}" + entries_ + "}", 4 * numbers_.size());
        if (!numbers_.empty())
            std::memcpy(all.data() + all.size() - 4 * numbers_.size(), numbers_.data(), 4 * numbers_.size());
        return all;
    }

private:
    std::string metadata_, entries_;
    std::vector<float> numbers_;
};

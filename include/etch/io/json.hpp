#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Walks over JSON in place: what the header of a safetensors file needs, and no more. Each `take_...` skips blanks and
/// takes what JSON calls by that name; it returns false if something else is there, and the file is then rejected.
class json_cursor {
public:
    explicit constexpr json_cursor(std::string_view text, std::size_t at = 0) noexcept : text_{text}, at_{at} {}

    /// The position of the next character.
    [[nodiscard]] constexpr std::size_t at() const noexcept { return at_; }

    constexpr void skip_blanks() noexcept {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
            ++at_;
    }

    [[nodiscard]] constexpr bool at_end() noexcept {
        skip_blanks();
        return at_ == text_.size();
    }

    [[nodiscard]] constexpr bool take(char wanted) noexcept {
        skip_blanks();
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    /// A string; `to` is the text between its quotes, with escape sequences as they are written.
    [[nodiscard]] constexpr bool take_string(std::string_view& to) noexcept {
        if (!take('"')) return false;
        const std::size_t begin = at_;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                to = {text_.data() + begin, at_ - begin};  // substr may throw
                ++at_;
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20) return false;
            ++at_;
            if (c == '\\' && !take_escape()) return false;
        }
        return false;
    }

    /// An integer from 0 to 2^64 - 1, written with digits only.
    [[nodiscard]] constexpr bool take_integer(std::uint64_t& to) noexcept {
        skip_blanks();
        const std::size_t begin = at_;
        std::uint64_t number = 0;
        for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
            if (number > ((std::numeric_limits<std::uint64_t>::max)() - digit) / 10) return false;
            number = 10 * number + digit;
        }
        const std::size_t digits = at_ - begin;
        to = number;
        return digits == 1 || (digits > 1 && text_[begin] != '0');
    }

private:
    /// What may follow a backslash.
    [[nodiscard]] constexpr bool take_escape() noexcept {
        constexpr std::string_view single = "\"\\/bfnrt", hexadecimal = "0123456789abcdefABCDEF";
        if (at_ == text_.size()) return false;
        const char kind = text_[at_++];
        if (kind != 'u') return single.find(kind) != single.npos;
        for (int digit = 0; digit < 4; ++digit, ++at_)
            if (at_ == text_.size() || hexadecimal.find(text_[at_]) == hexadecimal.npos) return false;
        return true;
    }

    std::string_view text_;
    std::size_t at_;
};

}  // namespace etch::inline ETCH_VARIANT::internal

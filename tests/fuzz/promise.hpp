#pragma once
// What a fuzz target asserts. Its one function, that libFuzzer or replay.cpp calls with any bytes:
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <etch/data/reading.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

/// Ends the program where a reader has broken its word, so that the input is kept.
inline void promise(bool kept, const char* claim) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n", claim);
    std::abort();
}

/// What was refused is empty, and says why, beginning with the name under which it was read.
template <class T>
void promise_refusal(const etch::read_result<T>& read, bool empty, std::string_view name) {
    promise(read.code != etch::status::ok, "what is not accepted has another status than ok");
    promise(empty, "what is refused leaves no value");
    promise(std::string_view{read.message()}.substr(0, name.size()) == name, "a message begins with the name");
    promise(read.message().size() > name.size() + 2, "what is refused says why");
}

/// The input of a target, taken byte by byte; zeros where it has ended.
class choices {
public:
    choices(const std::uint8_t* data, std::size_t size) : data_{data}, left_{size} {}

    std::size_t byte() {
        if (left_ == 0) return 0;
        --left_;
        return *data_++;
    }
    [[nodiscard]] const std::uint8_t* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return left_; }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

}  // namespace fuzz

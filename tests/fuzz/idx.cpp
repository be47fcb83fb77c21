// Any bytes as IDX arrays, plain and packed. The input is a byte of choices, the length of the images in two bytes,
// the images, and the labels.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include <etch/data/idx.hpp>
#if ETCH_TEST_HAS_GZIP
#include <etch/data/idx_gzip.hpp>
#endif

#include "fuzz/promise.hpp"

namespace {

using fuzz::promise;
using bytes = std::span<const unsigned char>;

/// The array as a file again.
std::vector<unsigned char> bytes_of(const etch::idx_array& array) {
    std::vector<unsigned char> file{0, 0, static_cast<unsigned char>(array.type),
                                    static_cast<unsigned char>(array.extents.size())};
    for (const std::size_t extent : array.extents) {
        for (int shift = 24; shift >= 0; shift -= 8) file.push_back(static_cast<unsigned char>(extent >> shift));
    }
    file.insert(file.end(), array.bytes.begin(), array.bytes.end());
    return file;
}

etch::idx_array parse(bytes file) {
    auto array = etch::parse_idx(file, "array");
    if (!array) {
        fuzz::promise_refusal(array, array.value.extents.empty() && array.value.bytes.empty(), "array");
        return {};
    }
    const auto& extents = array.value.extents;
    promise(!extents.empty(), "an array has an extent");
    std::size_t product = std::find(extents.begin(), extents.end(), 0u) == extents.end() ? 1 : 0;
    for (const std::size_t extent : extents) {
        product *= extent;
        promise(product <= file.size(), "extents that multiply to more than there is are refused");
    }
    promise(array.value.size() == product, "the extents tell how many elements there are");
    const bool exact = array.value.type == etch::idx_type::float32 || array.value.type == etch::idx_type::float64;
    for (std::size_t i = 0; i < array.value.size(); ++i) {
        const double element = array.value[i];
        promise(exact || (std::nearbyint(element) == element && std::abs(element) <= 2147483648.0),
                "integers are integers");
    }
    const auto again = bytes_of(array.value);
    promise(std::equal(again.begin(), again.end(), file.begin(), file.end()), "an array holds all of its file");
    return std::move(array.value);
}

template <std::size_t Inputs, std::size_t Outputs>
void to_samples(const etch::idx_array& images, const etch::idx_array& labels) {
    const auto set = etch::to_data_set<Inputs, Outputs>(images, labels);
    if (!set) return fuzz::promise_refusal(set, set.value.empty(), set.message()[0] == 'i' ? "images" : "labels");
    promise(set.value.size() == images.extents[0] && set.value.size() == labels.size(), "a sample for each image");
    for (std::size_t i = 0; i < set.value.size(); ++i) {
        const auto x = set.value.input(i);
        promise(std::all_of(x.begin(), x.end(), [](float pixel) { return pixel >= 0 && pixel <= 1; }),
                "pixels are from 0 to 1");
        promise(etch::class_of(set.value.target(i)) == labels.bytes[i], "a target is the label");
    }
}

/// The bytes, or what is packed in them.
std::vector<unsigned char> unpack(bytes file, bool packed) {
#if ETCH_TEST_HAS_GZIP
    if (packed) {
        constexpr std::size_t limit = 4096;
        auto plain = etch::gunzip(file, "gzip", limit);
        if (!plain) fuzz::promise_refusal(plain, plain.value.empty(), "gzip");
        promise(plain.value.size() <= limit, "no more comes out than is allowed");
        return std::move(plain.value);
    }
#endif
    static_cast<void>(packed);
    return {file.begin(), file.end()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::choices input{data, size};
    const std::size_t choice = input.byte();
    std::size_t length = input.byte();
    length += 256 * input.byte();
    length = std::min(length, input.size());
    const bytes rest{input.data(), input.size()};
    const bool packed = (choice & 1) != 0;
    const auto images = parse(unpack(rest.first(length), packed));
    const auto labels = parse(unpack(rest.subspan(length), packed));
    if ((choice & 2) != 0) {
        to_samples<4, 3>(images, labels);
    } else {
        to_samples<1, 1>(images, labels);
    }
    return 0;
}

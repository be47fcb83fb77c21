// Any bytes as a safetensors file, and as the weights of a network. The input is a byte of choices (see loading.hpp;
// with bit 5 also a network is saved), then the file, at an odd address.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/io/golden.hpp>
#include <etch/io/safetensors.hpp>
#include <etch/io/schema.hpp>

#include "fuzz/loading.hpp"
#include "support/sanitizer_hooks.hpp"

using fuzz::promise;

// A sanitizer says when memory is asked for; without it, training.no_heap counts.
#if defined(ETCH_TEST_SANITIZER_COUNTS)
namespace {
[[maybe_unused]] const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) {
        promise(!std::exchange(fuzz::allocation_is_forbidden, false), "the memory path does not allocate");
    },
    [](const volatile void*) {});
}  // namespace
#endif

namespace {

/// The tensors lie behind the header, do not overlap, and leave no gap.
void promise_disjoint(const etch::safetensors_view& file, std::span<const std::byte> bytes) {
    std::size_t begin = 8;
    for (std::size_t b = 0; b < 8; ++b) begin += std::to_integer<std::size_t>(bytes[b]) << (8 * b);
    std::size_t total = 0;
    for (const etch::file_tensor& one : file.tensors()) {
        if (one.bytes.empty()) continue;
        total += one.bytes.size();
        const std::byte* const first = one.bytes.data();
        const std::byte* const last = first + one.bytes.size();
        promise(first >= bytes.data() + begin && last <= bytes.data() + bytes.size(), "a tensor lies in the file");
        for (const etch::file_tensor& other : file.tensors()) {
            const std::byte* const start = other.bytes.data();
            promise(other.bytes.empty() || other.key == one.key || last <= start || start + other.bytes.size() <= first,
                    "tensors do not overlap");
        }
    }
    promise(begin + total == bytes.size(), "tensors leave no gap");
}

using network_type = etch::network<etch::input<2>, etch::dense<3>, etch::tanh, etch::dense<1>>;

/// Whatever its source is, if it is UTF-8, and whatever its golden sample is that is finite, a saved network is a file
/// that agrees with it.
void promise_saved(std::span<const std::byte> any) {
    network_type net;
    std::fill(net.parameters().begin(), net.parameters().end(), 0.5f);
    std::array<float, 2> sample{};
    std::copy_n(any.begin(), std::min(any.size(), sizeof sample), std::as_writable_bytes(std::span{sample}).begin());
    const std::string_view source{reinterpret_cast<const char*>(any.data()), std::min<std::size_t>(any.size(), 200)};
    std::array<std::byte, etch::saved_size<network_type> + 2000> to;
    const etch::save_result saved =
        fuzz::without_heap([&] { return etch::save(net, to, {.golden = sample, .source = source}); });
    if (!std::isfinite(sample[0]) || !std::isfinite(sample[1]))
        return promise(saved.code == etch::status::non_finite_input, "a sample that is not finite is not saved");
    if (!etch::internal::is_utf8(source))
        return promise(saved.code == etch::status::invalid_option, "text that is not UTF-8 is not saved");
    promise(saved.ok(), "any text and any sample can be saved");
    etch::safetensors_view file;
    promise(file.open(std::span{to}.first(saved.size)).ok(), "what was saved can be opened");
    promise(file.metadata("etch.source").has_value() == !source.empty(), "the source is in the file");
    promise(etch::verify(net, file).ok(), "a network agrees with its own golden vectors");
}

/// What names a file holds can be saved, and read again.
void promise_schema(const etch::safetensors_view& file) {
    const auto schema = etch::schema_of(file, "file");
    if (!schema) return fuzz::promise_refusal(schema, schema.value == etch::table_schema{}, "file");
    const auto texts = etch::metadata_of(schema.value);
    std::vector<etch::metadata_entry> entries;
    for (const auto& [key, value] : texts) entries.push_back({key, value});
    const network_type net;
    std::vector<std::byte> bytes(etch::save(net, {}, {.metadata = entries}).size);
    const etch::save_result saved = etch::save(net, bytes, {.metadata = entries});
    if (saved.code == etch::status::invalid_option || saved.code == etch::status::too_large) return;  // not UTF-8
    etch::safetensors_view again;
    promise(saved.ok() && again.open(bytes).ok(), "a schema can be saved");
    if (!texts.empty()) promise(etch::schema_of(again).value == schema.value, "and read again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::choices input{data, size};
    const std::size_t choice = input.byte();
    const auto bytes = std::as_bytes(std::span{input.data(), input.size()});
    etch::safetensors_view file;
    const etch::parse_result found = fuzz::without_heap([&] { return file.open(bytes); });
    promise(found.byte <= bytes.size(), "what is wrong is wrong inside of the file");
    if (found.ok()) {
        promise_disjoint(file, bytes);
    } else {
        promise(file.tensors().begin() == file.tensors().end(), "a refused file has no tensors");
    }
    for (const char* key : {"format", "etch.version", "etch.topology", "etch.source"}) {
        const auto value = fuzz::without_heap([&] { return file.metadata(key); });
        promise(found.ok() || !value, "a refused file has no metadata");
    }
    if (found.ok()) fuzz::promise_tensors(file);
    promise_schema(file);
    fuzz::promise_loads(file, choice);
    const network_type net;
    const auto golden = fuzz::without_heap([&] { return etch::verify(net, file); });
    promise(!golden.ok() || golden.relative() <= etch::golden_tolerance, "golden vectors that agree are near");
    if ((choice & 32) != 0) promise_saved(bytes);
    return 0;
}

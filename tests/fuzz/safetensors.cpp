// Any bytes as a safetensors file, and as the weights of a network. The input is a byte of choices (see loading.hpp),
// then the file, at an odd address.
#include <cstddef>
#include <span>
#include <utility>

#include <etch/io/golden.hpp>
#include <etch/io/safetensors.hpp>

#include "fuzz/loading.hpp"

namespace {

using fuzz::promise;

}  // namespace

// Of the sanitizers, where the program has one (sanitizer/allocator_interface.h); elsewhere io.no_heap counts.
extern "C" [[gnu::weak]] int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*,
                                                                                         std::size_t),
                                                                       void (*freed)(const volatile void*));

namespace {

[[maybe_unused]] const bool hooked = [] {
    if (__sanitizer_install_malloc_and_free_hooks == nullptr) return false;
    const auto allocated = [](const volatile void*, std::size_t) {
        promise(!std::exchange(fuzz::allocation_is_forbidden, false), "the memory path does not allocate");
    };
    return __sanitizer_install_malloc_and_free_hooks(allocated, [](const volatile void*) {}) > 0;
}();

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::choices input{data, size};
    const std::size_t choice = input.byte();
    const auto bytes = std::as_bytes(std::span{input.data(), input.size()});
    etch::safetensors_view file;
    const etch::problem found = fuzz::without_heap([&] { return file.open(bytes); });
    promise(found.index <= bytes.size(), "what is wrong is wrong inside of the file");
    std::size_t total = 0;
    for (const etch::file_tensor& tensor : file.tensors()) {
        promise(found.ok(), "a refused file has no tensors");
        promise(tensor.bytes.data() >= bytes.data() &&
                    tensor.bytes.data() + tensor.bytes.size() <= bytes.data() + bytes.size(),
                "a tensor lies inside of the file");
        total += tensor.bytes.size();
    }
    promise(total <= bytes.size(), "tensors do not overlap");
    for (const char* key : {"format", "etch.version", "etch.topology", "etch.source"}) {
        const auto value = fuzz::without_heap([&] { return file.metadata(key); });
        promise(found.ok() || !value, "a refused file has no metadata");
    }
    if (found.ok()) fuzz::promise_tensors(file);
    fuzz::promise_loads(file, choice);
    const etch::network<etch::input<2>, etch::dense<3>, etch::tanh, etch::dense<1>> net;
    const auto golden = fuzz::without_heap([&] { return etch::verify(net, file); });
    promise(!golden.ok() || golden.relative() <= etch::golden_tolerance, "golden vectors that agree are near");
    return 0;
}

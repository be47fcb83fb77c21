// Any bytes as an archive of numpy, and as the weights of a network. The input is a byte of choices (see loading.hpp),
// then the archive; or, since checksums let no changed array through, with bit 5 an array alone.
#include <array>
#include <span>
#include <string>
#include <vector>

#include <etch/io/npz.hpp>

#include "fuzz/loading.hpp"

namespace {

struct one_tensor {
    std::array<etch::file_tensor, 1> tensor;
    [[nodiscard]] const auto& tensors() const { return tensor; }
};

void read_array(std::span<const std::byte> bytes) {
    std::vector<std::byte> file{bytes.begin(), bytes.end()};
    const auto array = etch::internal::read_npy(file, "array");
    if (!array)
        return fuzz::promise_refusal(array, array.value.bytes.empty() && array.value.extents.rank == 0, "array");
    fuzz::promise_tensors(one_tensor{{array.value}});
    const auto end = array.value.bytes.data() + array.value.bytes.size();
    fuzz::promise(end == file.data() + file.size(), "the numbers are all that follows the header");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::choices input{data, size};
    const std::size_t choice = input.byte();
    const auto bytes = std::as_bytes(std::span{input.data(), input.size()});
    if ((choice & 32) != 0) {
        read_array(bytes);
        return 0;
    }
    constexpr std::size_t limit = 1 << 16;
    const auto archive = etch::parse_npz(bytes, "archive", limit);
    if (!archive) fuzz::promise_refusal(archive, archive.value.tensors().empty(), "archive");
    std::size_t total = 0;
    for (const etch::file_tensor& tensor : archive.value.tensors()) total += tensor.bytes.size();
    fuzz::promise(total <= limit, "no more comes out than is allowed");
    fuzz::promise_tensors(archive.value);
    fuzz::promise_loads(archive.value, choice);
    return 0;
}

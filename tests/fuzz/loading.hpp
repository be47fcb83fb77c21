#pragma once
// What is promised of every source of tensors, and of loading a network from it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include <etch/io/files.hpp>
#include <etch/io/load.hpp>
#include <etch/io/save.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/residual.hpp>

#include "fuzz/promise.hpp"

namespace fuzz {

inline thread_local bool allocation_is_forbidden = false;  // safetensors.cpp looks at it whenever memory is asked for

/// f() on the memory path, which allocates nothing.
template <class F>
auto without_heap(F&& f) {
    allocation_is_forbidden = true;
    const auto result = f();
    allocation_is_forbidden = false;
    return result;
}

inline constexpr etch::key_map key_maps[] = {
    {},
    {.prefix = "module.", .may_lack_bias = true},
    {.layers = {"fc1", "head"}, .any_topology = true, .ignored = {"*.running_*", "std"}},
    etch::stable_baselines3_ppo,
    etch::rsl_rl,
    etch::keras,
    etch::scikit_learn,
    {.inputs_first = true, .may_lack_bias = true, .any_topology = true, .ignored = {"*"}},
};

template <class Network>
std::array<unsigned char, sizeof(Network)> bits_of(const Network& net) {
    std::array<unsigned char, sizeof(Network)> bits;
    std::memcpy(bits.data(), &net, sizeof net);
    return bits;
}

/// Loads a network from a source. What is refused leaves it bit for bit as it was; what is accepted is finite, and can
/// be saved and loaded again to the same bits, unless it says that statistics were never fitted.
template <class Network, etch::TensorSource Source>
void promise_load(const Source& file, const etch::key_map& keys) {
    using T = typename Network::value_type;
    Network net;
    std::fill(net.parameters().begin(), net.parameters().end(), T{3});
    std::fill(net.statistics().begin(), net.statistics().end(), T{5});
    const auto before = bits_of(net);
    const etch::load_result loaded = without_heap([&] { return etch::load(net, file, keys); });
    if (!loaded.ok()) {
        promise(bits_of(net) == before, "a refused load leaves the network as it was");
        const std::string complaint = etch::describe(loaded, file);
        promise(!complaint.empty() && complaint.size() < 2000, "what is wrong fits into a sentence");
        return;
    }
    const auto finite = [](auto x) { return std::isfinite(x); };
    promise(std::all_of(net.parameters().begin(), net.parameters().end(), finite), "weights are finite");
    promise(std::all_of(net.statistics().begin(), net.statistics().end(), finite), "statistics are finite");
    std::array<std::byte, etch::saved_size<Network>> saved;
    const etch::save_result result = without_heap([&] { return etch::save(net, saved); });
    if (!net.is_fitted()) return promise(result.code == etch::status::not_fitted, "nothing unfitted is saved");
    promise(result.ok(), "what was loaded can be saved");
    Network again;
    promise(without_heap([&] { return etch::load(again, saved).ok(); }), "what was saved can be loaded");
    std::array<std::byte, etch::saved_size<Network>> saved_again;
    promise(etch::save(again, saved_again).ok() && saved_again == saved, "a network read twice has the same bits");
}

/// Bits 0 to 2 of the choice: the key map; bits 3 and 4: the network.
template <etch::TensorSource Source>
void promise_loads(const Source& file, std::size_t choice) {
    using namespace etch;
    const key_map& keys = key_maps[choice & 7];
    switch (choice >> 3 & 3) {
        case 0:
        case 1: return promise_load<network<input<2>, dense<3>, etch::tanh, dense<1>>>(file, keys);
        case 2:
            return promise_load<network<input<2>, standardize, dense<2, bf16>, residual<dense<2>, relu>>>(file, keys);
        default: return promise_load<basic_network<double, input<2>, dense<2>>>(file, keys);
    }
}

/// The tensors of a source have keys of their own and as many bytes as their extents say; every number can be read.
template <etch::TensorSource Source>
void promise_tensors(const Source& file) {
    for (const etch::file_tensor& tensor : file.tensors()) {
        const auto same_key = [&](const etch::file_tensor& other) { return other.key == tensor.key; };
        const auto all = file.tensors();
        promise(std::count_if(all.begin(), all.end(), same_key) == 1, "every key is there once");
        promise(tensor.extents.rank <= etch::file_shape::max_rank, "there are no more extents than there is room for");
        constexpr std::size_t widths[] = {8, 4, 2, 2};  // in the order of number_type
        if (tensor.type == etch::number_type::other) continue;
        const std::size_t width = widths[static_cast<std::size_t>(tensor.type)];
        promise(tensor.bytes.size() % width == 0 && tensor.bytes.size() / width == tensor.size(),
                "a tensor has the bytes of its extents");
        const auto extents = std::span{tensor.extents.extent}.first(tensor.extents.rank);
        std::size_t product = std::find(extents.begin(), extents.end(), 0u) == extents.end() ? 1 : 0;
        for (const std::size_t extent : extents) {
            product *= extent;
            promise(product <= tensor.bytes.size(), "extents that multiply to more than there is are refused");
        }
        volatile double sum = 0;
        for (std::size_t i = 0; i < tensor.size(); ++i) sum = sum + tensor.template number<double>(i);
    }
}

}  // namespace fuzz

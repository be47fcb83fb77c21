// The only file that knows the network. etch_multi_isa compiles it once per instruction set.
#include "policy.hpp"

#include <algorithm>
#include <span>

#include <etch/core/dispatch.hpp>
#include <etch/inference.hpp>

namespace {

using policy = etch::network<etch::input<17>, etch::dense<64>, etch::tanh, etch::dense<64>, etch::tanh, etch::dense<6>>;

void act(const float* observation, float* action) {
    static const policy net{etch::seed{1}};  // a program that you ship has trained weights here, see etch_embed
    const auto output = net(std::span<const float, 17>{observation, 17});
    std::copy_n(output.data(), 6, action);
}

}  // namespace

template <>
constinit const policy_functions etch::build<policy_functions, etch::this_build>::functions{act};

#include "policy.hpp"

#include <cstddef>
#include <span>

#include <etch/core/dispatch.hpp>
#include <etch/inference.hpp>

namespace {

using policy = etch::network<etch::input<17>, etch::dense<64>, etch::tanh, etch::dense<64>, etch::tanh, etch::dense<6>>;

float act(const float* observation) {
    static const policy net{etch::seed{3}};
    memory seen;
    const memory* volatile by_table = &seen;  // else clang calls its function directly, and makes no table
    const auto action = net(std::span<const float, 17>{observation, 17});
    for (std::size_t i = 0; i != 6; ++i) seen.keep(action[i]);
    float sum = 0;
    for (float x : seen.values) sum = 3 * sum + by_table->decayed(x);
    return sum;
}

}  // namespace

template <>
constinit const policy_functions etch::build<policy_functions, etch::this_build>::functions{act};

#pragma once
#include <memory>

#include <etch/training/stepper.hpp>

namespace etch::inline ETCH_VARIANT {

/// A network or trainer that is too large for the stack, explicitly allocated; nothing passes through the stack. The
/// alternative without a heap is `static`.
///
///     auto net = etch::on_heap<classifier>(etch::seed{42});
///     using training = etch::trainer<classifier, etch::cross_entropy, etch::adam, 32>;
///     auto trainer = etch::on_heap<training>({.learning_rate = 1e-3});
///     auto result = trainer->fit(*net, train, {.epochs = 40});
template <class Network>
    requires requires { Network::parameter_count; }
[[nodiscard]] std::unique_ptr<Network> on_heap(seed from) {
    return std::make_unique<Network>(from);
}
template <class Network>
    requires requires { Network::parameter_count; }
[[nodiscard]] std::unique_ptr<Network> on_heap() {
    return std::make_unique<Network>();
}
template <class Training>
    requires requires { typename Training::network_type; }
[[nodiscard]] std::unique_ptr<Training> on_heap(typename Training::optimizer_type optimizer = {},
                                                typename Training::schedule_type schedule = {}, gradient_clip clip = {},
                                                seed from = seed{0}) {
    return std::make_unique<Training>(optimizer, schedule, clip, from);
}

}  // namespace etch::inline ETCH_VARIANT

#pragma once
// Training, as functions that the program calls and the compiler too.
#include <array>
#include <cstddef>

#include <etch/data/data_view.hpp>
#include <etch/inference.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adagrad.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/adamw.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/optimizer/nesterov.hpp>
#include <etch/optimizer/rmsprop.hpp>
#include <etch/optimizer/schedule.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#include "golden.hpp"

namespace golden {

using small_network = etch::network<etch::input<3>, etch::dense<9>, etch::tanh, etch::dense<2>>;

/// Ten updates from batches of four; all parameters, and the loss before each.
template <class Rule, class Schedule = etch::constant_rate>
constexpr digest ten_steps(Rule rule = {}, Schedule schedule = {}, etch::gradient_clip clip = {}) {
    small_network net{etch::seed{6}};
    etch::stepper<small_network, etch::mean_squared_error, Rule, 4, Schedule> step{rule, schedule, clip};
    digest d;
    for (std::uint64_t i = 0; i < 10; ++i) {
        etch::matrix<float, 3, 4> x;
        etch::matrix<float, 2, 4> y;
        draw(x, 7 + i);
        draw(y, 27 + i);
        d.add(step.step(net, x, y, 10));
    }
    d.add_all(net.parameters());
    return d;
}

/// From raw numbers to a trained network: statistics, shuffled batches with one that is not full, validation, early
/// stopping. Which of the four quadrants a point lies in, made without any function of the C library.
template <std::size_t Samples, std::size_t Epochs>
constexpr digest whole_fit() {
    using net_type = etch::network<etch::input<2>, etch::standardize, etch::dense<12>, etch::tanh, etch::dropout<10>,
                                   etch::dense<4>, etch::softmax>;
    std::array<float, 2 * Samples> x{};
    std::array<float, 4 * Samples> y{};
    draw(x, 50);
    for (std::size_t i = 0; i < Samples; ++i) {
        const std::size_t quadrant = (x[2 * i] > 0 ? 1u : 0u) + (x[2 * i + 1] > 0 ? 2u : 0u);
        y[4 * i + quadrant] = 1;
    }
    constexpr std::size_t training = Samples * 3 / 4;
    const etch::data_view<2, 4> all{x, y};
    net_type net{etch::seed{8}};
    etch::trainer<net_type, etch::cross_entropy, etch::adam, 8> trainer{{.learning_rate = 1e-2}};
    std::array<etch::epoch_record<float>, Epochs> history{};
    const auto result = trainer.fit(net, all.slice(0, training),
                                    {.epochs = Epochs,
                                     .validation = all.slice(training, Samples - training),
                                     .patience = 3,
                                     .shuffle = etch::seed{9},
                                     .history = history});
    digest d;
    d.add(result.ok() ? 1.0f : 0.0f);
    for (const auto& epoch : history) {
        d.add(epoch.training_loss);
        d.add(epoch.validation_loss);
    }
    d.add_all(net.parameters());
    d.add_all(net.statistics());
    return d;
}

}  // namespace golden

#include <string>
#include <utility>

#include <etch/etch.hpp>

#include "support/catch.hpp"

namespace {

using deep =
    etch::network<etch::input<3>, etch::standardize, etch::dense<5>, etch::residual<etch::dense<5>, etch::tanh>,
                  etch::layer_norm<>, etch::dense<7, etch::bf16>, etch::relu, etch::dense<2>>;

}  // namespace

TEST_CASE("the table names every tensor of a network") {
    std::string names;
    for (const etch::network_tensor& t : etch::tensors_of<deep>)
        names += std::to_string(t.layer) + "." + t.name.text +
                 (t.role == etch::parameter_role::trained  ? " "
                  : t.role == etch::parameter_role::frozen ? "r "
                                                           : "s ");
    CHECK(names ==
          "0.means 0.deviations 1.weight 1.bias 2.0.weight 2.0.bias 3.weight 3.bias 4.weightr 4.bias 6.weight 6.bias ");
}

TEST_CASE("what is set through the table is what the layer's view shows") {
    deep net;
    float next = 1;
    for (const etch::network_tensor& t : etch::tensors_of<deep>)
        for (std::size_t row = 0; row < t.rows(); ++row)
            for (std::size_t column = 0; column < t.columns(); ++column)
                t.set<float>(net.memory(), row, column, next++);
    next = 1;
    std::size_t seen = 0;
    deep::layers::for_each_layer([&]<std::size_t I>() {
        const auto views = std::as_const(net).parameters<I>();
        [&]<std::size_t... P>(std::index_sequence<P...>) {
            [[maybe_unused]] const auto check = [&](const auto& tensor) {
                for (std::size_t row = 0; row < tensor.rows; ++row)
                    for (std::size_t column = 0; column < tensor.columns; ++column, ++seen)
                        CHECK(tensor(row, column) == next++);
            };
            (check(get<P>(views)), ...);
        }(std::make_index_sequence<std::tuple_size_v<decltype(views)>>{});
    });
    CHECK(seen == deep::parameter_count + deep::statistic_count + deep::packed_count);
    next = 1;
    for (const etch::network_tensor& t : etch::tensors_of<deep>)
        for (std::size_t row = 0; row < t.rows(); ++row)
            for (std::size_t column = 0; column < t.columns(); ++column)
                CHECK(t.get<float>(net.memory(), row, column) == next++);
}

TEST_CASE("numbers that share a word are set in either order") {
    using pairs = etch::network<etch::input<3>, etch::dense<2, etch::bf16>>;
    pairs net;
    const etch::network_tensor& weight = etch::tensors_of<pairs>[0];
    REQUIRE(weight.format == etch::weight_format::bf16);
    const auto number = [](std::size_t row, std::size_t column) { return static_cast<float>(1 + 3 * row + column); };
    for (std::size_t column = 3; column-- > 0;)
        for (std::size_t row = 2; row-- > 0;) weight.set<float>(net.memory(), row, column, number(row, column));
    for (std::size_t row = 0; row < 2; ++row)
        for (std::size_t column = 0; column < 3; ++column)
            CHECK(weight.get<float>(std::as_const(net).memory(), row, column) == number(row, column));
}

TEST_CASE("a network without tensors has an empty table") {
    CHECK(etch::tensors_of<etch::network<etch::input<3>, etch::relu>>.empty());
}

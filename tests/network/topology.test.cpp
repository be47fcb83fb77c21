#include <string>

#include <etch/etch.hpp>

#include "support/catch.hpp"

namespace {

/// A layer of the user's, with arguments of three kinds.
template <int Number, bool Flag, etch::initializer Begin>
struct custom : etch::layer_defaults {
    static constexpr const char* name = "custom";
    static constexpr etch::shape output(etch::shape input) { return input; }
    static constexpr auto forward(const auto&, const auto& x) { return x; }
    static constexpr auto backward(const auto&, const auto&, const auto&, const auto& dy) { return dy; }
};

/// And with an argument of any other kind.
enum class direction : signed char { up = 1, down = -1 };
template <auto Argument>
struct custom_of_any : custom<1, true, etch::zeros> {};

template <class... Layers>
std::string of() {
    return std::string{etch::topology<etch::network<Layers...>>};
}

}  // namespace

namespace game {  // as docs/mistakes.md recommends
using namespace etch;
using etch::tanh;
using all = network<input<2, 3>, flatten, standardize, normalize<>, clip, dense<4>, tanh, relu, leaky_relu<>, elu<>,
                    selu, gelu, silu, softplus, sigmoid, hard_tanh, clamp<>, fast_tanh, fast_sigmoid, dropout<5>,
                    layer_norm<>, identity, residual<dense<4>, tanh>, dense<3>, softmax>;
}  // namespace game

TEST_CASE("after `using namespace etch` every layer is spelled by its name, tanh after its own declaration") {
    using namespace etch;
    CHECK(topology<game::all>.starts_with("input<2, 3>, flatten, standardize, normalize<"));
    CHECK(topology<game::all>.ends_with(", identity, residual<dense<4>, tanh>, dense<3>, softmax"));
    using etch::tanh;  // in a function likewise
    CHECK(of<input<2>, dense<4>, tanh>() == "input<2>, dense<4>, tanh");
}

TEST_CASE("a topology is the type list as C++ spells it") {
    using namespace etch;
    CHECK(of<input<2>, dense<8>, etch::tanh, dense<1>, sigmoid>() == "input<2>, dense<8>, tanh, dense<1>, sigmoid");
    CHECK(of<input<28, 28>, flatten, dense<10>>() == "input<28, 28>, flatten, dense<10>");
    CHECK(of<input<12>, elu<>, leaky_relu<>, layer_norm<>, dropout<20>, normalize<-1, 1>>() ==
          "input<12>, elu<1, 1>, leaky_relu<1, 100>, layer_norm<100000>, dropout<20, 100>, normalize<-1, 1>");
    CHECK(of<input<8>, frozen<dense<8>>, frozen<residual<dense<8>, etch::tanh>>>() ==
          "input<8>, frozen<dense<8>>, frozen<residual<dense<8>, tanh>>");
    CHECK(of<input<8>, residual<dense<8>, etch::tanh, residual<dense<8>>>, dense<3, bf16>>() ==
          "input<8>, residual<dense<8>, tanh, residual<dense<8>>>, dense<3, bf16>");
    CHECK(of<input<4>, custom<-2147483648, true, zeros>>() == "input<4>, custom<-2147483648, 1>");
    CHECK(of<input<4>, custom_of_any<direction::up>, custom_of_any<direction::down>>() ==
          "input<4>, custom<1>, custom<-1>");
#if __cpp_nontype_template_args >= 201911L  // clang 14 has no floats there
    CHECK(of<input<4>, custom_of_any<0.5f>, custom_of_any<-2.0>>() ==
          "input<4>, custom<1056964608>, custom<-4611686018427387904>");
#endif
    CHECK(topology<basic_network<double, input<2>, dense<1, he_uniform>>> == "input<2>, dense<1>");
}

TEST_CASE("a topology is a constant") {
    constexpr bool same = etch::topology<etch::network<etch::input<2>, etch::dense<1>>> == "input<2>, dense<1>";
    STATIC_REQUIRE(same);
}

TEST_CASE("topologies are the same however weights are held, and in no other case") {
    using etch::same_topology;
    CHECK(same_topology("dense<3, bf16>, relu, dense<2>", "dense<3>, relu, dense<2, bf16>"));
    CHECK(same_topology("", ""));
    CHECK_FALSE(same_topology("dense<3>", "dense<4>"));
    CHECK_FALSE(same_topology("dense<3>", "dense<3>, relu"));
    CHECK_FALSE(same_topology("dense<3>, relu", "dense<3>"));
    CHECK_FALSE(same_topology("dense<3, bf16", "dense<3"));
    CHECK_FALSE(same_topology("dense<3>", std::string_view("dense<3>\0relu", 13)));
}

TEST_CASE("topologies are the same whatever is frozen, and in no other case") {
    using etch::same_topology;
    CHECK(same_topology("input<2>, frozen<dense<3>>, relu", "input<2>, dense<3>, frozen<relu>"));
    CHECK(same_topology("frozen<residual<dense<8>, tanh>>, dense<2>",
                        "residual<frozen<dense<8, bf16>>, tanh>, dense<2>"));
    CHECK(same_topology("frozen<frozen<relu>>", "relu"));
    CHECK_FALSE(same_topology("frozen<dense<3>>", "dense<3>>"));
    CHECK_FALSE(same_topology("frozen<dense<3>", "dense<3"));
    CHECK_FALSE(same_topology("unfrozen<dense<3>>", "undense<3>"));
    CHECK_FALSE(same_topology("frozen", ""));
}

#include <etch/io/any_of.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <etch/inference.hpp>
#include <etch/io/files.hpp>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"

namespace {

using namespace etch;

using small = network<input<3>, dense<5>, relu, dense<2>>;
using curved = network<input<3>, dense<5>, etch::tanh, dense<2>>;  // the tensors of `small`
using deep = network<input<3>, dense<9>, relu, dense<4>, relu, dense<2>>;
using deep_bf16 = with_bf16<deep>;
using unknown = network<input<3>, dense<6>, relu, dense<2>>;
using brain = any_of<small, curved, deep, deep_bf16>;

constexpr float golden[] = {0.5f, -1, 2, 1, 2, 3};

template <class Network>
std::vector<std::byte> saved(const Network& net) {
    std::vector<std::byte> bytes(2000);
    const save_result result = save(net, bytes, {.golden = golden});
    REQUIRE(result.ok());
    bytes.resize(result.size);
    return bytes;
}

/// The file as something else than etch would have written it: no key tells the topology.
std::vector<std::byte> plain(std::vector<std::byte> bytes) {
    constexpr std::string_view key = "etch.topology";
    const auto found = std::search(bytes.begin(), bytes.end(), key.begin(), key.end(),
                                   [](std::byte a, char b) { return a == static_cast<std::byte>(b); });
    REQUIRE(found != bytes.end());
    *found = static_cast<std::byte>('E');
    return bytes;
}

/// The same with its last number, the last bias, changed.
std::vector<std::byte> with_last(std::vector<std::byte> bytes, float number) {
    std::memcpy(bytes.data() + bytes.size() - sizeof number, &number, sizeof number);
    return bytes;
}

template <class Network>
void check_loads(const std::vector<std::byte>& bytes, const Network& net) {
    for (brain chosen : {brain{}, brain{curved{seed{5}}}, brain{deep{seed{5}}}, brain{deep_bf16{}}}) {
        REQUIRE(load(chosen, bytes).ok());
        REQUIRE(chosen.get_if<Network>() != nullptr);
        CHECK(*chosen.get_if<Network>() == net);
        CHECK(chosen({0.5f, -1, 2}) == net({0.5f, -1, 2}));
        const golden_result verified = verify(chosen, bytes);
        CHECK(verified.ok());
        CHECK(verified.count == 2);
        CHECK(verified.largest == 0);
    }
}

/// Refused, whatever was there before, and that is as it was.
void check_refused(const std::vector<std::byte>& bytes, status code, const key_map& keys = {}) {
    for (brain chosen : {brain{small{seed{5}}}, brain{curved{seed{5}}}, brain{deep{seed{5}}},
                         brain{convert<deep_bf16>(deep{seed{5}})}}) {
        const brain before = chosen;
        CHECK(load(chosen, bytes, keys).code == code);
        CHECK(chosen == before);
    }
}

/// What load_file says of it, without the name.
template <class Any = brain>
std::string told(const std::vector<std::byte>& bytes) {
    const temporary_folder folder;
    REQUIRE(replace_file(folder / "a", bytes));
    Any chosen;
    const file_result result = load_file(chosen, folder / "a");
    CHECK_FALSE(result);
    CHECK(chosen == Any{});
    REQUIRE(result.message().starts_with((folder / "a") + ": "));
    return result.message().substr((folder / "a").size() + 2);
}

}  // namespace

TEST_CASE("a file chooses the network whose topology it tells") {
    check_loads(saved(small{seed{1}}), small{seed{1}});
    check_loads(saved(curved{seed{2}}), curved{seed{2}});
    check_loads(saved(deep{seed{3}}), deep{seed{3}});
    const auto rounded = convert<deep_bf16>(deep{seed{4}});
    check_loads(saved(rounded), rounded);
}

TEST_CASE("networks that differ in how weights are stored: the exact one, otherwise the only one, otherwise none") {
    using first_rounded = network<input<3>, dense<9, bf16>, relu, dense<4>, relu, dense<2>>;
    using last_rounded = network<input<3>, dense<9>, relu, dense<4, bf16>, relu, dense<2>>;
    const auto bytes = saved(deep{seed{3}});
    any_of<small, deep_bf16> one;
    REQUIRE(load(one, bytes).ok());
    CHECK(*one.get_if<deep_bf16>() == convert<deep_bf16>(deep{seed{3}}));
    any_of<small, first_rounded, last_rounded> two;
    CHECK(load(two, bytes).code == status::ambiguous_topology);
    CHECK(two == decltype(two){});
    CHECK(told<decltype(two)>(bytes) ==
          "the file matches more than one of the candidate networks: input<3>, dense<9, bf16>, relu, dense<4>, relu, "
          "dense<2>; input<3>, dense<9>, relu, dense<4, bf16>, relu, dense<2>");
}

TEST_CASE("a file of other layers is refused, and says what there is to choose from") {
    const auto bytes = saved(unknown{seed{1}});
    check_refused(bytes, status::wrong_topology);
    CHECK(told<any_of<small, curved>>(bytes) ==
          "the file is for a network with different layers: input<3>, dense<6>, relu, dense<2>; those to choose from: "
          "input<3>, dense<5>, relu, dense<2>; input<3>, dense<5>, tanh, dense<2>");
}

TEST_CASE("a file that is damaged is refused, at whichever byte it ends") {
    const auto whole = saved(deep{seed{3}});
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        brain chosen = curved{seed{5}};
        CHECK_FALSE(load(chosen, std::span{whole}.first(size)).ok());
        CHECK(chosen == brain{curved{seed{5}}});
    }
    check_refused(with_last(whole, std::numeric_limits<float>::infinity()), status::non_finite_weight);
    CHECK(told(std::vector<std::byte>(whole.begin(), whole.end() - 1)).ends_with("the data ends too early"));
    CHECK(told(with_last(whole, 100)).starts_with("the network's outputs do not match the golden vectors "));
}

TEST_CASE("a file that tells no topology chooses by its tensors, where these fit one network") {
    using choice = any_of<small, deep>;
    const auto bytes = plain(saved(deep{seed{3}}));
    choice chosen;
    REQUIRE(load(chosen, bytes).ok());
    CHECK(*chosen.get_if<deep>() == deep{seed{3}});
    REQUIRE(load(chosen, plain(saved(small{seed{1}}))).ok());
    CHECK(*chosen.get_if<small>() == small{seed{1}});

    // What is wrong with whichever network is told as that.
    CHECK(load(chosen, with_last(bytes, std::numeric_limits<float>::quiet_NaN())).code == status::non_finite_weight);
    CHECK(*chosen.get_if<small>() == small{seed{1}});
    CHECK(load(chosen, plain(saved(unknown{seed{1}}))).code == status::wrong_topology);
    CHECK(*chosen.get_if<small>() == small{seed{1}});
    CHECK(
        told<choice>(plain(saved(unknown{seed{1}}))) ==
        "the file is for a network with different layers than those to choose from: input<3>, dense<5>, relu, dense<2> "
        "(0.weight has the shape [6, 3] in the file, [5, 3] in the network); input<3>, dense<9>, relu, dense<4>, relu, "
        "dense<2> (0.weight has the shape [6, 3] in the file, [9, 3] in the network)");
}

TEST_CASE("a file that tells no topology and fits several networks is refused, whatever stands between its layers") {
    const auto bytes = plain(saved(small{seed{1}}));
    check_refused(bytes, status::ambiguous_topology);
    CHECK(told(bytes) ==
          "the file matches more than one of the candidate networks: input<3>, dense<5>, relu, "
          "dense<2>; input<3>, dense<5>, tanh, dense<2>");
}

TEST_CASE("keys are those of the framework, and a topology may be passed over") {
    const auto bytes = saved(deep{seed{3}});
    check_refused(bytes, status::missing_tensor, {.prefix = "module."});
    any_of<curved, deep> chosen;
    REQUIRE(load(chosen, saved(small{seed{1}}), {.any_topology = true}).ok());
    const small expected{seed{1}};
    const auto parameters = chosen.get_if<curved>()->parameters();
    CHECK(std::equal(parameters.begin(), parameters.end(), expected.parameters().begin()));
}

TEST_CASE("any_of goes through a file, its golden vectors checked") {
    const temporary_folder folder;
    brain chosen;
    REQUIRE(save_file(deep{seed{3}}, folder / "a", {.golden = golden}));
    REQUIRE(load_file(chosen, folder / "a"));
    CHECK(*chosen.get_if<deep>() == deep{seed{3}});
    REQUIRE(replace_file(folder / "a", with_last(saved(small{seed{1}}), 100)));
    CHECK(load_file(chosen, folder / "a").code == status::golden_mismatch);
    CHECK(*chosen.get_if<deep>() == deep{seed{3}});
    CHECK(load_file(chosen, folder / "none").code == status::cannot_open);
}

// What a header holds is what load_file reads from the file that it was made of.
#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include <etch/io/files.hpp>

#include "amplifying.hpp"
#include "around.hpp"
#include "doubles.hpp"
#include "embed/networks.hpp"
#include "growing.hpp"
#include "hearing.hpp"
#include "lengthening.hpp"
#include "listening.hpp"
#include "long_memory.hpp"
#include "measured.hpp"
#include "named.hpp"
#include "odd.hpp"
#include "partly.hpp"
#include "picture.hpp"
#include "reading.hpp"
#include "remembering.hpp"
#include "rounded.hpp"
#include "seeing.hpp"
#include "streaming.hpp"
#include "support/catch.hpp"
#include "tiny.hpp"
#include "tiny_rounded.hpp"
#include "units.hpp"

namespace {

bool same_bits(const auto* a, const auto* b, std::size_t count) {
    return count == 0 || std::memcmp(a, b, count * sizeof *a) == 0;
}

template <class Network, class Etched>
void check(const Etched& etched, const char* name) {
    INFO(name);
    static_assert(std::same_as<Etched, Network>);
    Network loaded;
    const etch::file_result result = etch::load_file(loaded, std::string{ETCH_TEST_FILES "/"} + name + ".safetensors");
    REQUIRE(result.message() == "ok");
    const auto memory = etched.memory();
    const auto from = loaded.memory();
    CHECK(same_bits(memory.trained, from.trained, Network::parameter_count));
    CHECK(same_bits(memory.fixed, from.fixed, Network::statistic_count + Network::frozen_count));
    CHECK(same_bits(memory.packed, from.packed, Network::layers::totals.words));
}

}  // namespace

TEST_CASE("an etched network has the type that its file says, and the bits that load_file reads") {
    check<networks::tiny>(tiny, "tiny");
    check<networks::measured>(measured, "measured");
    check<networks::rounded>(rounded, "rounded");
    check<networks::around>(around, "around");
    check<networks::picture>(picture, "picture");
    check<networks::double_tiny::with<float>>(doubles, "doubles");
    check<networks::odd>(odd, "odd");
    check<networks::partly>(partly, "partly");
    check<networks::named>(named, "named");
    check<networks::units>(units, "units");
    check<networks::remembering>(remembering, "remembering");
    check<networks::long_memory>(long_memory, "long_memory");
    check<networks::seeing>(seeing, "seeing");
    check<networks::hearing>(hearing, "hearing");
    check<networks::reading>(reading, "reading");
    check<networks::listening>(listening, "listening");
    check<networks::growing>(growing, "growing");
    check<networks::lengthening>(lengthening, "lengthening");
    check<networks::streaming>(streaming, "streaming");
    check<networks::amplifying>(amplifying, "amplifying");
}

TEST_CASE("names of inputs, targets and classes are constants beside the network") {
    using namespace std::string_view_literals;
    static_assert(named_input_names == std::array{"height"sv, ""sv, "kind=Ash"sv, "kind=\\B\n"sv, "kind=\xc3\x96l"sv});
    static_assert(named_target_names == std::array{"wood"sv});
    static_assert(named_class_names == std::array{"a\0b"sv, "soft"sv, "\"\?\?/hard*/"sv});
    static_assert(units_target_names == std::array{"force"sv, "torque"sv});
    CHECK(named_class_names[etch::predict(named, {0.0f, 0.0f, 0.0f, 0.0f, 0.0f})] == "\"\?\?/hard*/");
}

TEST_CASE("a file of floats is rounded where the topology that is asked for says bf16") {
    CHECK(tiny_rounded == etch::convert<etch::with_bf16<networks::tiny>>(tiny));
    CHECK_FALSE(tiny_golden.agree(tiny_rounded, 0));
}

TEST_CASE("an etched network answers in constant expressions and at run time, and its golden vectors agree") {
    static_assert(tiny({0.25f, -0.5f})[0] > 0);
    static_assert(tiny_golden.count == 3 && partly_golden.count == 20);
    for (std::size_t v = 0; v < partly_golden.count; ++v) CHECK(partly_golden.agree(partly, v));
}

TEST_CASE("a network with state has its type beside it, and its golden vectors are the steps of one sequence") {
    static_assert(std::same_as<remembering_state, networks::remembering::state>);
    static_assert(sizeof(remembering_state) == 12 * sizeof(float));
    static_assert(remembering_golden.agreeing_steps(remembering, 6) == 6);
    CHECK(long_memory_golden.agreeing_steps(long_memory, 20) == 20);
    long_memory_state voice{};
    for (std::size_t v = 0; v < long_memory_golden.count; ++v) {
        const auto answer = long_memory(long_memory_golden.inputs[v], voice);
        CHECK(same_bits(answer.data(), long_memory_golden.outputs[v], answer.size()));
    }
    long_memory_state late{};  // from another state it is another sequence
    (void)long_memory(long_memory_golden.inputs[1], late);
    const auto answer = long_memory(long_memory_golden.inputs[1], late);
    CHECK(!same_bits(answer.data(), long_memory_golden.outputs[1], answer.size()));
}

// Construction, inference, a training step and a whole fit allocate nothing. This file replaces the allocator of its
// program: operator new, and with glibc malloc and its family, which other tests use as before.
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>
#include <span>

#include <etch/io/any_of.hpp>
#include <etch/io/checkpoint.hpp>
#include <etch/io/golden.hpp>
#include <etch/io/load.hpp>
#include <etch/io/save.hpp>
#include <etch/layer/batch_norm.hpp>
#include <etch/layer/causal_conv_1d.hpp>
#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/layer/gru.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/lstm.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/simple_rnn.hpp>
#include <etch/layer/slice.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/parallel.hpp>
#include <etch/network/residual.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/evaluate.hpp>
#include <etch/training/sequence_stepper.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"
#include "support/sanitizer_hooks.hpp"
#include "support/unrolled.hpp"
#if defined(_WIN32)
#include <malloc.h>
#endif

namespace {

std::atomic<std::size_t> allocations{0};

// Not inlined, since g++ 12 would take it for a mistake.
[[maybe_unused]] ETCH_NO_INLINE void give_back(void* memory) noexcept { std::free(memory); }

/// How often f() asks for memory.
template <class F>
std::size_t allocations_of(F&& f) {
    const std::size_t before = allocations.load();
    f();
    return allocations.load() - before;
}

}  // namespace

// Where a sanitizer has an allocator of its own, that one stays and says what it is asked for.
#if defined(ETCH_TEST_SANITIZER_COUNTS)
namespace {
const int hooked = __sanitizer_install_malloc_and_free_hooks([](const volatile void*, std::size_t) { ++allocations; },
                                                             [](const volatile void*) {});
}  // namespace
#else
#if defined(__GLIBC__)
#define ETCH_TEST_COUNTS_MALLOC 1
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
    ++allocations;
    return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
    ++allocations;
    return __libc_calloc(count, bytes);
}
void* realloc(void* old, std::size_t bytes) {
    ++allocations;
    return __libc_realloc(old, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
    ++allocations;
    return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** to, std::size_t alignment, std::size_t bytes) {
    ++allocations;
    *to = __libc_memalign(alignment, bytes);
    return *to == nullptr ? ENOMEM : 0;
}
}
#endif

void* operator new(std::size_t bytes) {
    ++allocations;
    if (void* const memory = std::malloc(std::max<std::size_t>(bytes, 1))) return memory;
    throw std::bad_alloc{};
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    ++allocations;
    const auto a = static_cast<std::size_t>(alignment);
#if defined(_WIN32)  // whose C library has no aligned_alloc
    void* const memory = _aligned_malloc(bytes, a);
#else
    void* const memory = std::aligned_alloc(a, (bytes + a - 1) / a * a);
#endif
    if (memory != nullptr) return memory;
    throw std::bad_alloc{};
}
#if defined(_WIN32)
void operator delete(void* memory, std::align_val_t) noexcept { _aligned_free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { _aligned_free(memory); }
#else
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
#endif
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
#endif

namespace {

using namespace etch;
using net_type = network<input<6>, standardize, dense<48>, relu, dropout<10>, residual<dense<48>, relu>, layer_norm<>,
                         dense<3>, softmax>;
using trainer_type = trainer<net_type, cross_entropy, adam, 16, cosine_decay>;

constexpr std::size_t count = 100;
float inputs[count * 6], targets[count * 3];

data_view<6, 3> samples() {
    random_generator generator{seed{1}};
    for (float& x : inputs) x = generator.uniform();
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t c = 0; c < 3; ++c) targets[i * 3 + c] = c == i % 3 ? 1.0f : 0.0f;
    return {inputs, targets};
}

template <class T>
void use(const T& value) {  // keeps what was computed
    const volatile auto* const first = reinterpret_cast<const volatile unsigned char*>(&value);
    (void)*first;
}

}  // namespace

TEST_CASE("the counter counts") {
    struct alignas(64) wide {
        float numbers[16];
    };
    // Through volatile pointers, since a compiler may leave out a new whose delete it sees.
#if defined(ETCH_TEST_SANITIZER_COUNTS)
    REQUIRE(hooked > 0);
#endif
    CHECK(allocations_of([] {
              int* volatile number = new int{1};
              delete number;
          }) >= 1);
    CHECK(allocations_of([] {
              wide* volatile numbers = new wide{};
              delete numbers;
          }) >= 1);
#if defined(ETCH_TEST_COUNTS_MALLOC)
    CHECK(allocations_of([] {
              void* volatile memory = std::malloc(100);
              std::free(memory);
          }) == 1);
#endif
}

TEST_CASE("steps of a network with state allocate nothing") {
    using amp = network<input<6>, gru<24>, residual<lstm<24>>, gru<5, reset_before>, simple_rnn<4>, causal_conv_1d<4>,
                        dense<3>>;
    static const float block_in[6 * 5] = {};
    static float block_out[3 * 5];
    CHECK(allocations_of([] {
              const amp net{seed{1}};
              amp::state state{};
              amp::states<20> states{};
              use(net({1, 2, 3, 4, 5, 6}, state));
              use(net(matrix<float, 6, 20>{}, states));
              use(net(block_in, block_out, state));
          }) == 0);
}

TEST_CASE("training steps through time allocate nothing") {
    static support::unrolled<float, 2, shape{3}, 2, parallel<branch<gru<5>>, branch<lstm<4>, gru<2, reset_before>>>>
        steps;
    CHECK(allocations_of([] {
              steps.run();
              steps.infer();
          }) == 0);
}

TEST_CASE("images, statistics of a batch and layers inside layers allocate nothing") {
    using image_net = network<input<2, 5, 4>, conv_2d<4>, batch_norm<>, relu, residual<conv_2d<4, 1>, batch_norm<>>,
                              frozen<conv_2d<3, 1>>, flatten,
                              parallel<branch<slice<0, 5>, frozen<dense<3>>>, branch<batch_norm<>, dense<2>>>>;
    static const float in[40 * 10] = {}, out[5 * 10] = {};
    static trainer<image_net, mean_squared_error, adam, 4> training{{.learning_rate = 1e-3}};
    status code{};
    CHECK(allocations_of([&] {
              image_net net{seed{1}};
              code = training.fit(net, {in, out}, {.epochs = 2}).code;
              use(net(vector<float, 40>{}));
              use(net(matrix<float, 40, 33>{}));
          }) == 0);
    CHECK(code == status::ok);
}

TEST_CASE("construction and inference allocate nothing") {
    CHECK(allocations_of([] {
              const net_type net{seed{1}};
              use(net({1, 2, 3, 4, 5, 6}));
              use(net(matrix<float, 6, 100>{}));
          }) == 0);
}

TEST_CASE("a stepper and its step allocate nothing") {
    net_type net{seed{1}};
    net.statistics().back() = 1;
    CHECK(allocations_of([&] {
              stepper<net_type, cross_entropy, adam, 16, cosine_decay> training{
                  {.learning_rate = 1e-3}, {}, {.norm = 1}};
              use(training.step(net, matrix<float, 6, 16>{}, matrix<float, 3, 16>{}));
          }) == 0);
}

TEST_CASE("an update from sequences allocates nothing") {
    using amp = network<input<2>, gru<2>>;
    amp net{seed{1}};
    amp::state voice{};
    CHECK(allocations_of([&] {
              sequence_stepper<amp, mean_squared_error, adam, 3> training;
              use(training.step(net, std::array<float, 6>{1}, std::array<float, 6>{1}, voice));
          }) == 0);
    CHECK(net != amp{seed{1}});
}

TEST_CASE("a whole fit, with validation and early stopping, and its judgement allocate nothing") {
    const auto all = samples();
    net_type net{seed{1}};
    fit_result<float> result;
    std::size_t epochs = 0;
    epoch_record<float> history[10];
    const std::size_t counted = allocations_of([&] {
        static trainer_type training{{.learning_rate = 1e-2}};
        result = training.fit(net, all.slice(0, 75),
                              {.epochs = 50, .validation = all.slice(75, 25), .patience = 2, .history = history},
                              [&](const epoch_record<float>&) { ++epochs; });
        use(training.fit(net, all.slice(0, 75),
                         {.epochs = 50, .validation = all.slice(75, 25), .patience = 4, .resume = true}));
        use(evaluate(net, all.slice(75, 25)));
    });
    CHECK(counted == 0);
    CHECK(result.ok());
    CHECK(result.stopped_early());  // labels that follow from nothing cannot be learned
    CHECK(epochs == result.epochs);
}

TEST_CASE("a checkpoint is saved and loaded without an allocation") {
    const auto all = samples();
    static trainer_type training{{.learning_rate = 1e-2}};
    static std::byte memory[checkpoint_size<trainer_type>];
    net_type net{seed{1}};
    REQUIRE(training.fit(net, all, {.epochs = 1}).ok());
    status saved{}, loaded{};
    const std::size_t counted = allocations_of([&] {
        saved = save_checkpoint(training, net, memory).code;
        loaded = load_checkpoint(training, net, memory).code;
    });
    CHECK(counted == 0);
    CHECK(saved == status::ok);
    CHECK(loaded == status::ok);
}

TEST_CASE("saving, loading and the check of golden vectors allocate nothing, nor does a load that is refused") {
    (void)samples();
    net_type net{seed{1}}, loaded;
    std::fill(net.statistics().begin(), net.statistics().end(), 1.0f);
    static std::byte file[saved_size<net_type> + 1000];
    save_result saved;
    load_result accepted, refused;
    golden_result golden;
    const std::size_t counted = allocations_of([&] {
        saved = save(net, file, {.golden = std::span<const float>{inputs}.first(12), .source = "a test"});
        accepted = load(loaded, std::span{file}.first(saved.size));
        golden = verify(loaded, std::span{file}.first(saved.size));
        refused = load(loaded, std::span{file}.first(saved.size), scikit_learn);
    });
    CHECK(counted == 0);
    CHECK(saved.ok());
    CHECK(accepted.ok());
    CHECK(golden.ok());
    CHECK(golden.count == 2);
    CHECK(refused.code == status::missing_tensor);
}

TEST_CASE("a fit that is refused or fails allocates nothing") {
    const auto all = samples();
    net_type net{seed{1}};
    status refused{}, failed{};
    std::size_t told = 0;
    const std::size_t counted = allocations_of([&] {
        static trainer_type training{{.learning_rate = 3e38}};
        refused = training.fit(net, {}).code;
        const auto result = training.fit(net, all, {.epochs = 5});
        failed = result.code;
        told = result.message().size();
    });
    CHECK(counted == 0);
    CHECK(refused == status::empty_set);
    CHECK((failed == status::non_finite_loss || failed == status::diverged));
    CHECK(told > 20);
}

TEST_CASE("weights go into memory and back, into whichever network they are of, without an allocation") {
    static std::byte bytes[saved_size<net_type> + 2000];
    static any_of<network<input<6>, dense<4>, dense<3>>, net_type> chosen;
    constexpr float golden[] = {1, 2, 3, 4, 5, 6};
    static net_type net{seed{1}};
    for (float& x : net.statistics()) x = 1.0f;
    status state[4]{};
    const std::size_t counted = allocations_of([&] {
        const save_result saved = save(net, bytes, {.golden = golden});
        const auto file = std::span{bytes}.first(saved.size);
        state[0] = saved.code;
        state[1] = load(chosen, file).code;
        state[2] = verify(chosen, file).code;
        state[3] = load(chosen, file.first(100)).code;
        use(chosen({1, 2, 3, 4, 5, 6}));
        use(chosen(matrix<float, 6, 100>{}));
    });
    CHECK(counted == 0);
    CHECK(state[0] == status::ok);
    CHECK(state[1] == status::ok);
    CHECK(state[2] == status::ok);
    CHECK(state[3] == status::truncated);
    CHECK(chosen.index() == 1);
}

// A forward pass and training steps take no lock and call no system: a child process enters Linux's strict mode, in
// which any call but read, write and exit kills it, and lives.
#include "support/catch.hpp"

// A sanitizer calls the system by itself.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ETCH_TEST_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ETCH_TEST_SANITIZER 1
#endif
#endif

#if defined(__linux__) && !defined(ETCH_TEST_SANITIZER)
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/network/residual.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/trainer.hpp>

namespace {

using namespace etch;
using net_type = network<input<6>, standardize, dense<48>, etch::tanh, dropout<10>, residual<dense<48>, gelu>,
                         layer_norm<>, dense<3>, softmax>;

/// How the child ends that runs `work` in strict mode: 0 by itself, -1 killed, 1 where there is no strict mode.
template <class Work>
int in_strict_mode(const Work& work) {
    const pid_t child = fork();
    if (child == 0) {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) syscall(SYS_exit, 1);
        work();
        syscall(SYS_exit, 0);  // not exit_group, which strict mode forbids
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("inference, training steps and a whole fit call no system") {
    static net_type net{seed{1}};
    static trainer<net_type, cross_entropy, adam, 8, cosine_decay> trainer{{.learning_rate = 1e-3}, {}, {.norm = 1}};
    static float inputs[20 * 6], targets[20 * 3];
    random_generator random{seed{2}};
    for (float& x : inputs) x = random.uniform();
    for (std::size_t i = 0; i < 20; ++i) targets[i * 3 + i % 3] = 1;
    const int ended = in_strict_mode([] {
        const auto result = trainer.fit(net, {inputs, targets}, {.epochs = 3, .validation = {inputs, targets}});
        const auto answer = net({1, 2, 3, 4, 5, 6});
        if (!result.ok() || !(answer[0] > 0)) syscall(SYS_exit, 2);
    });
    if (ended == 1) WARN("skipped: this system has no strict mode (seccomp)");
    if (ended == 1)
        SUCCEED("nothing to see here");
    else
        CHECK(ended == 0);
}

TEST_CASE("a system call in strict mode is noticed") {
    const int ended = in_strict_mode([] { syscall(SYS_getpid); });
    if (ended != 1) CHECK(ended == -1);
}

#else

TEST_CASE("inference and training call no system") {
    WARN("skipped: this needs Linux's strict mode (seccomp), and no sanitizer, which calls the system by itself");
    SUCCEED("nothing to see here");
}

#endif

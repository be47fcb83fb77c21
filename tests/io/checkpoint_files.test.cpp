#include <etch/io/checkpoint_files.hpp>

#include <filesystem>
#include <limits>
#include <string>

#include <etch/layer/dense.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"

namespace {

using namespace etch;
using curve = network<input<1>, dense<4>, etch::tanh, dense<1>>;
using trainer_type = trainer<curve, mean_squared_error, adam, 2, cosine_decay>;
constexpr float x[] = {-1, -0.5f, 0.5f, 1}, y[] = {1, 0.25f, 0.25f, 1};

}  // namespace

TEST_CASE("a fit that saves itself after each epoch is resumed from the file") {
    const temporary_folder folder;
    const std::string path = folder / "training.safetensors";
    curve expected{seed{1}};
    trainer_type whole{{.learning_rate = 0.1}};
    const auto result = whole.fit(expected, {x, y}, {.epochs = 6}, [&](const epoch_record<float>& record) {
        if (record.epoch <= 3) CHECK(save_checkpoint_file(whole, expected, path).code == status::ok);
    });

    curve net;
    trainer_type second;
    const file_result loaded = load_checkpoint_file(second, net, path);
    CHECK(loaded.message() == "ok");
    REQUIRE(loaded);
    CHECK(second.progress().epochs == 3);
    CHECK(second.fit(net, {x, y}, {.epochs = 6, .resume = true}).best_loss == result.best_loss);
    CHECK(net == expected);

    SECTION("a file that is called the same with an ending is the user's own") {
        REQUIRE(replace_file(path + ".new", {}));
        CHECK(save_checkpoint_file(second, net, path));
        CHECK(load_checkpoint_file(second, net, path));
        CHECK(std::filesystem::exists(path + ".new"));
    }
    SECTION("another optimizer's is refused with the name of the file") {
        trainer<curve, mean_squared_error, sgd, 2, cosine_decay> other;
        const file_result refused = load_checkpoint_file(other, net, path);
        CHECK(refused.code == status::wrong_optimizer);
        CHECK(refused.message() == path + ": the file is not a checkpoint, or belongs to a different optimizer");
        CHECK(net == expected);
    }
    SECTION("a file that is not whole is refused with the byte") {
        std::filesystem::resize_file(path, 100);
        const file_result refused = load_checkpoint_file(second, net, path);
        CHECK(refused.code == status::truncated);
        CHECK(refused.message() == path + ": byte 100: the data ends too early");
        CHECK(net == expected);
    }
}

TEST_CASE("a file that is not there or cannot be written is said so") {
    const temporary_folder folder;
    curve net;
    trainer_type training;
    CHECK(load_checkpoint_file(training, net, folder / "none").code == status::cannot_open);
    CHECK(save_checkpoint_file(training, net, folder / "no/such/folder").code == status::cannot_write);
    training.record().optimizer.epsilon = std::numeric_limits<double>::infinity();
    CHECK(save_checkpoint_file(training, net, folder / "bad").code == status::invalid_option);
    CHECK_FALSE(std::filesystem::exists(folder / "bad"));
}

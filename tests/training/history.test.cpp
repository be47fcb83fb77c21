#include <etch/training/history.hpp>

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"

#include <etch/data/data_set.hpp>
#include <etch/data/reading.hpp>
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>

namespace {

using line = etch::network<etch::input<1>, etch::dense<1>>;

etch::data_set<1, 1> points() {
    etch::data_set<1, 1> set;
    for (int i = 0; i < 8; ++i) set.push_back({static_cast<float>(i) / 8}, {static_cast<float>(i) / 4});
    return set;
}

std::string text_of(const std::string& file) {
    const auto bytes = etch::read_file(file);
    REQUIRE(bytes);
    return {bytes.value.begin(), bytes.value.end()};
}

constexpr std::span<const etch::epoch_record<float>> none;
constexpr const char* names = "epoch,training_loss,validation_loss,validation_accuracy,learning_rate\n";

}  // namespace

TEST_CASE("a history holds the epochs of the last fit and no more", "[history]") {
    etch::trainer<line, etch::mean_squared_error, etch::sgd, 4> trainer{{.learning_rate = 0.1}};
    line net{etch::seed{1}};
    const auto data = points();
    etch::history<5> history;
    CHECK(history.records().empty());
    REQUIRE(trainer.fit(net, data, {.epochs = 4, .history = history}).ok());
    REQUIRE(history.records().size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(history.records()[i].epoch == i + 1);
        CHECK(history.records()[i].training_loss > 0);
        CHECK(history.records()[i].learning_rate == 0.1f);
    }
    CHECK(history.records()[3].training_loss < history.records()[0].training_loss);

    REQUIRE(trainer.fit(net, data, {.epochs = 2, .history = history}).ok());
    CHECK(history.records().size() == 2);
    REQUIRE(trainer.fit(net, data, {.epochs = 7, .history = history}).ok());
    CHECK(history.records().size() == 5);
}

TEST_CASE("a history is a constant's to fill, too", "[history]") {
    constexpr auto epochs = [] {
        etch::history<3, double> history;
        const std::span<etch::epoch_record<double>> memory = history;
        memory[0] = {.epoch = 1, .training_loss = 0.5};
        memory[1] = {.epoch = 2, .training_loss = 0.25};
        return history.records().size();
    }();
    static_assert(epochs == 2);
    CHECK(epochs == 2);
}

TEST_CASE("records are written as a table whose numbers read back as the same", "[history]") {
    const temporary_folder folder;
    const std::vector<etch::epoch_record<float>> records{
        {.epoch = 1,
         .training_loss = 0.1f,
         .validation_loss = 1e-30f,
         .validation_accuracy = 1,
         .learning_rate = 0.001f},
        {.epoch = 2, .training_loss = 1.0f / 3, .learning_rate = std::numeric_limits<float>::max()}};
    REQUIRE(etch::write_csv(folder / "history.csv", records));
    CHECK(text_of(folder / "history.csv") ==
          std::string{names} + "1,0.1,1e-30,1,0.001\n2,0.33333334,0,0,3.4028235e+38\n");
    CHECK(std::strtof("0.33333334", nullptr) == 1.0f / 3);

    const std::vector<etch::epoch_record<double>> doubles{{.epoch = 10, .training_loss = 0.1}};
    REQUIRE(etch::write_csv(folder / "doubles.csv", doubles));
    CHECK(text_of(folder / "doubles.csv") == std::string{names} + "10,0.1,0,0,0\n");
}

TEST_CASE("no record leaves the line of names", "[history]") {
    const temporary_folder folder;
    REQUIRE(etch::write_csv(folder / "empty.csv", none));
    CHECK(text_of(folder / "empty.csv") == names);
}

TEST_CASE("a table that cannot be written is reported", "[history]") {
    const temporary_folder folder;
    const auto failed = etch::write_csv(folder / "no/such/folder.csv", none);
    CHECK(failed.code == etch::status::cannot_write);
    CHECK(failed.message().find("no/such/folder.csv: the file cannot be written: ") != std::string::npos);
    if (std::FILE* const full = std::fopen("/dev/full", "wb")) {  // a file on a disk that is full, on Linux
        CHECK(etch::write_csv(full, none).code == etch::status::cannot_write);
        std::fclose(full);
    }
    if (std::FILE* const only_read = std::fopen("/dev/null", "rb")) {
        CHECK(etch::write_csv(only_read, none).code == etch::status::cannot_write);
        std::fclose(only_read);
    }
}

#include <etch/report/history_csv.hpp>

#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"

#include <etch/data/reading.hpp>

namespace {

std::string text_of(const std::string& file) {
    const auto bytes = etch::read_file(file);
    REQUIRE(bytes);
    return {bytes.value.begin(), bytes.value.end()};
}

constexpr std::span<const etch::epoch_record<float>> none;
const std::string names = "epoch,training_loss,validation_loss,validation_accuracy,learning_rate\n";

}  // namespace

TEST_CASE("records are written as a table whose numbers read back as the same", "[history_csv]") {
    const temporary_folder folder;
    const std::vector<etch::epoch_record<float>> records{
        {.epoch = 1,
         .training_loss = 0.1f,
         .validation_loss = 1e-30f,
         .validation_accuracy = 1,
         .learning_rate = 0.001f},
        {.epoch = 2, .training_loss = 1.0f / 3, .learning_rate = std::numeric_limits<float>::max()}};
    REQUIRE(etch::write_csv(folder / "history.csv", records));
    CHECK(text_of(folder / "history.csv") == names + "1,0.1,1e-30,1,0.001\n2,0.33333334,0,0,3.4028235e+38\n");
    CHECK(std::strtof("0.33333334", nullptr) == 1.0f / 3);

    const std::vector<etch::epoch_record<double>> doubles{{.epoch = 10, .training_loss = 0.1}};
    REQUIRE(etch::write_csv(folder / "doubles.csv", doubles));
    CHECK(text_of(folder / "doubles.csv") == names + "10,0.1,0,0,0\n");
}

TEST_CASE("no record leaves the line of names", "[history_csv]") {
    const temporary_folder folder;
    REQUIRE(etch::write_csv(folder / "empty.csv", none));
    CHECK(text_of(folder / "empty.csv") == names);
}

TEST_CASE("a table that cannot be written is reported", "[history_csv]") {
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

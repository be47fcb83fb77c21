#pragma once
// One spelling for Catch2 2 (Debian 12) and Catch2 3 (Debian 13): TEST_CASE, SECTION, CHECK, REQUIRE, INFO, GENERATE,
// Approx.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

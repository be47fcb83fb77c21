#include <etch/tensor/patches.hpp>

#include <etch/tensor/product.hpp>

#include "support/catch.hpp"

using namespace etch;

namespace {

/// Two images of {channels, width, height} whose numbers say where they are.
template <shape Image>
constexpr auto numbered() {
    matrix<float, Image.size(), 2> images;
    for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<float>(i);
    return images;
}

template <shape Image, std::size_t Width, std::size_t Height>
constexpr std::size_t misplaced() {
    const auto images = numbered<Image>();
    const auto seen = patches<Image, Width, Height>(images);
    const matrix<float, seen.rows, seen.columns> evaluated = seen;
    constexpr std::size_t C = Image.extent[0], W = Image.extent[1], H = Image.extent[2];
    std::size_t found = 0, column = 0;
    for (std::size_t image = 0; image < 2; ++image)
        for (std::size_t y = 0; y + Height <= H; ++y)
            for (std::size_t x = 0; x + Width <= W; ++x, ++column)
                for (std::size_t ky = 0; ky < Height; ++ky)
                    for (std::size_t kx = 0; kx < Width; ++kx)
                        for (std::size_t c = 0; c < C; ++c) {
                            const std::size_t row = c + C * (kx + Width * ky);
                            const float wanted = images(c + C * (x + kx + W * (y + ky)), image);
                            found += seen(row, column) != wanted || evaluated(row, column) != wanted;
                        }
    return found + (column != seen.columns) + (C * Width * Height != seen.rows);
}

}  // namespace

TEST_CASE("a patch has what the kernel sees, for each of its places in each image") {
    static_assert(misplaced<shape{2, 4, 3}, 3, 2>() == 0);
    CHECK(misplaced<shape{2, 4, 3}, 3, 2>() == 0);
    CHECK(misplaced<shape{1, 9, 5}, 3, 3>() == 0);
    CHECK(misplaced<shape{17, 3, 3}, 3, 3>() == 0);
    CHECK(misplaced<shape{5, 6, 2}, 1, 1>() == 0);
}

TEST_CASE("a product with patches has the bits of one with their copy") {
    const auto images = numbered<shape{3, 6, 5}>();
    const auto seen = patches<shape{3, 6, 5}, 3, 2>(images);
    const matrix<float, seen.rows, seen.columns> copy = seen;
    matrix<float, 7, seen.rows> W;
    for (std::size_t i = 0; i < W.size(); ++i) W[i] = 1.0f / static_cast<float>(i + 1);
    CHECK(matrix<float, 7, seen.columns>(W * seen) == matrix<float, 7, seen.columns>(W * copy));
}

TEST_CASE("the transpose of a line of patches is that of their copy, alone and as a factor") {
    constexpr shape line{3, 7, 2};
    vector<float, line.size()> image;
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = 0.5f + static_cast<float>(i);
    const auto seen = patches<line, 3, 2>(image);
    const matrix<float, seen.rows, seen.columns> copy = seen;
    const auto turned = transpose(seen);
    CHECK(matrix<float, seen.columns, seen.rows>(turned) == matrix<float, seen.columns, seen.rows>(transpose(copy)));
    matrix<float, 9, seen.columns> dz;
    for (std::size_t i = 0; i < dz.size(); ++i) dz[i] = 1.0f / static_cast<float>(i + 1);
    CHECK(matrix<float, 9, seen.rows>(dz * turned) == matrix<float, 9, seen.rows>(dz * transpose(copy)));
}

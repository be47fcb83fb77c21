// Prints the catalogue of layers as JSON, a line per layer, for the tests that hold other lists against it.
#include <cstdio>
#include <string>
#include <string_view>

#include <etch/inference.hpp>
#include <etch/network/tensor_table.hpp>
#include <etch/network/topology.hpp>

int main() {
    const char* separator = "[";
    etch::all_layers::for_each([&]<class Row>() {
        using layer = typename Row::layer;
        using example = etch::network<typename Row::example_input, layer>;
        std::string_view spelled = etch::topology<example>;
        spelled.remove_prefix(spelled.find(">, ") + 3);  // after the input
        std::string tensors;
        for (const etch::network_tensor& tensor : etch::tensors_of<example>)
            tensors.append(tensors.empty() ? "\"" : ", \"").append(tensor.name.text).append("\"");
        std::printf("%s{\"name\": \"%s\", \"spelled\": \"%.*s\", \"required\": %d, \"tensors\": [%s]}", separator,
                    layer::name, static_cast<int>(spelled.size()), spelled.data(), static_cast<int>(Row::required),
                    tensors.c_str());
        separator = ",\n ";
    });
    std::puts("]");
}

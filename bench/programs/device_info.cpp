// What a device is, and the libraries that are used on it:
//
//     ./dev run device_info [auto | cpu | cuda | cuda:1]
//
// One line with its name, then name, version and file of each library.

#include <cstdio>

#include "kernels/base/device.hpp"
#include "kernels/base/error.hpp"

int main(int argc, char** argv) {
    try {
        const auto device =
            nengine::kernels::Device::named(argc > 1 ? argv[1] : "auto");
        std::printf("%s\n", device.name().c_str());
        for (const auto& library : device.libraries()) {
            std::printf("%s %s %s\n", library.name.c_str(), library.version.c_str(),
                        library.file.c_str());
        }
    } catch (const nengine::Error& error) {
        std::fprintf(stderr, "device_info: %s\n", error.what());
        return 1;
    }
}

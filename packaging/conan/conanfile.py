"""conanfile.py - tarn for Conan 2, from the sources that this file lies in.

packaging/README.md says how to use it. The package's own CMake files are what
its users find, so targets are named as everywhere: tarn::tarn is the static
library, and with the option `shared` there is tarn::shared too.
"""
# SPDX-License-Identifier: MIT
import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load

required_conan_version = ">=2.0"


class TarnRecipe(ConanFile):
    name = "tarn"
    description = "Memory pools for C++20 and C"
    license = "MIT"
    topics = ("memory", "allocator", "arena", "pool")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}

    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        text = load(self, os.path.join(self._root(), "CMakeLists.txt"))
        self.version = re.search(r"project\(tarn VERSION ([\d.]+)", text)[1]

    def export_sources(self):
        for part in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*",
                     "src/*"):
            copy(self, part, self._root(), self.export_sources_folder)

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration(
                "tarn is built for Linux; elsewhere use its sources with "
                "TARN_OS=hosted")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "TOOLS", "EXAMPLES", "WARNINGS"):
            toolchain.cache_variables[f"TARN_{part}"] = False
        toolchain.cache_variables["TARN_SHARED"] = bool(self.options.shared)
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder,
             os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "tarn")]
        self.cpp_info.set_property("pkg_config_name", "tarn")
        self.cpp_info.libs = ["tarn"]
        self.cpp_info.system_libs = ["pthread"]

set(NENGINE_DOCS_TESTS snippets.cpp snippets_test.cpp)

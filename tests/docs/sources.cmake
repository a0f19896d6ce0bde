set(NENGINE_DOCS_TESTS function_tables_test.cpp snippets.cpp snippets_test.cpp)

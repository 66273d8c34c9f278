package io.portolan.core.list;

import java.util.Optional;

/**
 * What is to be imported.
 *
 * @param fileName for people
 * @param bytes the size of the file, if it is known
 */
public record ImportRequest(
    long listId, String fileName, Optional<Long> bytes, ImportOptions options) {}

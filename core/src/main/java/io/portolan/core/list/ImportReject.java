package io.portolan.core.list;

/**
 * A row that was not imported.
 *
 * @param line where it begins in the file; the header is line 1
 * @param reason what is wrong with it, as the end of a sentence that begins with the row
 * @param content its beginning as it was read; what is not UTF-8 is shown as Latin-1
 */
public record ImportReject(long line, String reason, String content) {}

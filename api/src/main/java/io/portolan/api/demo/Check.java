package io.portolan.api.demo;

/**
 * What came of one check.
 *
 * @param name what was to hold
 * @param detail the numbers it was judged by
 */
record Check(String name, boolean held, String detail) {}

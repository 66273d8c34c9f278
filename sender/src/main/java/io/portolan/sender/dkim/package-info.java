/**
 * Signs messages by the keys of their domains (DKIM, RFC 6376 and RFC 8463). A body is hashed piece
 * by piece, so that what does not vary is brought into relaxed form once, and hashed once where
 * nothing that varies stands before it.
 */
@NullMarked
package io.portolan.sender.dkim;

import org.jspecify.annotations.NullMarked;

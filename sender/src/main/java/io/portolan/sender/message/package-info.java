/**
 * Makes the message that a recipient gets: composes its parts, signs the whole, and makes and reads
 * the tokens by which replies find their delivery.
 */
@NullMarked
package io.portolan.sender.message;

import org.jspecify.annotations.NullMarked;

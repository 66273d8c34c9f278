/**
 * Path choice and path health: which way out a message takes, what is known about each way from
 * this network, and who may try a way that is not known to be open.
 */
@NullMarked
package io.portolan.sender.path;

import org.jspecify.annotations.NullMarked;

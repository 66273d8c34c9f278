/**
 * What a platform may be sent at this moment: its pace, the caps of its paths, and how far their
 * sources are warmed up.
 */
@NullMarked
package io.portolan.sender.pace;

import org.jspecify.annotations.NullMarked;

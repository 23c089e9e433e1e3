// Made by scripts/bindings.mjs from openapi.json. Do not edit.

export interface paths {
    "/api/app/albums": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All albums, last changed first. */
        get: operations["list_albums"];
        put?: never;
        /** Makes an album. */
        post: operations["create_album"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/albums/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One album; its items through `GET /items?albumId=`. */
        get: operations["get_album"];
        put?: never;
        post?: never;
        /** Removes an album; its items stay. */
        delete: operations["delete_album"];
        options?: never;
        head?: never;
        /** Renames an album or sets its cover. */
        patch: operations["patch_album"];
        trace?: never;
    };
    "/api/app/albums/{id}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts items into an album. */
        post: operations["add_album_items"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/albums/{id}/items/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes items out of an album. */
        post: operations["remove_album_items"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/bitswap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Blocks over all networks since the start. */
        get: operations["bitswap_stat"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/bitswap/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What passed between this node and a connected peer. */
        get: operations["bitswap_ledger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/dht/peer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a peer may be dialled. */
        get: operations["dht_peer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/dht/provide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says in the public directory that this node has a block, once. */
        post: operations["dht_provide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/dht/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Peers that say they have a block. */
        get: operations["dht_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/diagnostics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A report to send along with a bug. */
        get: operations["get_diagnostics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Items with equal bytes. */
        get: operations["list_duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Server-sent events; `event:` names them, the data are the `*Event` schemas. */
        get: operations["get_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exports the whole home into an empty folder. */
        post: operations["start_export"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/home": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the Home room shows. */
        get: operations["get_home"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All jobs that were not dismissed. */
        get: operations["list_jobs"];
        put?: never;
        /** Starts an import. */
        post: operations["start_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One job. */
        get: operations["get_job"];
        put?: never;
        post?: never;
        /** Takes a finished job off the list. */
        delete: operations["dismiss_job"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/imports/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a job; what is imported stays. */
        post: operations["cancel_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/imports/{id}/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Files that failed. */
        get: operations["list_failures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/imports/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pauses a job. */
        post: operations["pause_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/imports/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes on with a paused job. */
        post: operations["resume_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/imports/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tries the failed files again. */
        post: operations["retry_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/imports/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a drop would bring; changes nothing. */
        post: operations["preview_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Items that match all conditions. */
        get: operations["list_items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/items/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One item with all that is known of it. */
        get: operations["get_item"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes what the person says about an item. */
        patch: operations["patch_item"];
        trace?: never;
    };
    "/api/app/items/{id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keeps where the active person is. */
        put: operations["put_progress"];
        post?: never;
        /** Forgets where the active person is. */
        delete: operations["delete_progress"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/items/{id}/relink": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says where the moved file of an item is. */
        post: operations["relink_item"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/items/{id}/waveform": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Loudness of a track. */
        get: operations["get_waveform"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/items/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One act on many items. */
        post: operations["batch_items"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/licences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Licences of the parts this program is made of. */
        get: operations["get_licences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/links/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens a link of somebody else. */
        post: operations["open_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/music": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Albums and tracks. */
        get: operations["get_music"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/music/albums/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An album with its tracks. */
        get: operations["get_music_album"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/names/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Points this node's name to a path and keeps it so. */
        post: operations["publish_name"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/names/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The path that a name stands for. */
        get: operations["resolve_name"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/networks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The networks that run. */
        get: operations["list_networks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/networks/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Bytes over the last hour, all networks together. */
        get: operations["network_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/add": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds the body as one file. */
        post: operations["add_content"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/add/paths": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds files and folders of this machine. */
        post: operations["add_paths"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/cat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Bytes of a file. */
        get: operations["cat_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/dag/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A CAR of everything below a root. */
        get: operations["export_car"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/dag/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stores the blocks of a CAR and pins its roots. */
        post: operations["import_car"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/decrypt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bytes of a file that BTFS encrypted for this node, or for the key given. */
        post: operations["decrypt_content"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/id": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who this node is. */
        get: operations["get_identity"];
        put?: never;
        /** Gives this home another key. The one before is kept, sealed with the password. */
        post: operations["replace_identity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/ls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entries of a directory. */
        get: operations["list_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/pins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All pins. */
        get: operations["list_pins"];
        put?: never;
        /** Pins content that is here. */
        post: operations["add_pin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/pins/{cid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a pin. */
        delete: operations["remove_pin"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/node/repo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Numbers of the block store. */
        get: operations["get_repo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["get_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All people. */
        get: operations["list_people"];
        put?: never;
        /** Adds a person. */
        post: operations["create_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a person with their progress and favourites. */
        delete: operations["delete_person"];
        options?: never;
        head?: never;
        /** Renames or recolours a person. */
        patch: operations["update_person"];
        trace?: never;
    };
    "/api/app/people/{id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes this the active person. */
        post: operations["activate_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The photos of one bucket. */
        get: operations["list_photos"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/photos/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Photos by month and day. */
        get: operations["get_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The lists of blocked content. */
        get: operations["get_policy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/policy/blocked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rules of the person's own list, oldest first. */
        get: operations["list_policy_rules"];
        put?: never;
        /** Blocks something, or allows what a list blocks. */
        post: operations["add_policy_rule"];
        /** Takes back what the own list says of something. */
        delete: operations["remove_policy_rule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/policy/lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes in a list: a file, which is copied, or its text. */
        post: operations["add_policy_list"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/policy/lists/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a list and its file. */
        delete: operations["remove_policy_list"];
        options?: never;
        head?: never;
        /** Switches a list on or off. */
        patch: operations["change_policy_list"];
        trace?: never;
    };
    "/api/app/policy/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was blocked since the start, newest first; at most a thousand. */
        get: operations["get_policy_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/received": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All shares that were opened here, newest first. */
        get: operations["list_received"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/received/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One share that was opened here, and what it holds. */
        get: operations["get_received"];
        put?: never;
        post?: never;
        /** Strikes a share from the list of those that were opened. */
        delete: operations["delete_received"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/received/{id}/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tries now to reach who shares this; says whether it worked. */
        post: operations["connect_received"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/received/{id}/save": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fetches all of an opened share and takes it into the library. */
        post: operations["save_received"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restores an export. */
        post: operations["start_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Finds items, albums and shows. */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Settings in force. */
        get: operations["get_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes settings. */
        patch: operations["patch_settings"];
        trace?: never;
    };
    "/api/app/settings/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts settings back to their defaults. */
        post: operations["reset_settings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All shares of this home, newest first. */
        get: operations["list_shares"];
        put?: never;
        /** Shares items or an album by link; they are sealed in the background. */
        post: operations["create_share"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/shares/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a share back and strikes it from the list. */
        delete: operations["delete_share"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/shares/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a share back, for good: whoever has it open is cut off. */
        post: operations["revoke_share"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/shows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A show with its seasons. */
        get: operations["get_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/shutdown": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the daemon cleanly. In the desktop app it is refused. */
        post: operations["post_shutdown"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** State of the node at a glance. */
        get: operations["get_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/storage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where bytes live. */
        get: operations["get_storage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/storage/folders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds a storage folder. */
        post: operations["add_folder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/storage/folders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a storage folder away; refused while it holds the only copy. */
        delete: operations["remove_folder"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/storage/gc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Frees blocks that nothing needs. */
        post: operations["start_gc"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/storage/repair": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mends what can be mended. */
        post: operations["start_repair"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/storage/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Checks every block. */
        post: operations["start_verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/swarm/addresses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where this node listens: multiaddresses with its peer id. */
        get: operations["swarm_addresses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/swarm/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Connects to a peer. */
        post: operations["swarm_connect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/swarm/disconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Closes the connections to a peer. */
        post: operations["swarm_disconnect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/swarm/peers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Connected peers, one entry a connection. */
        get: operations["swarm_peers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/trash/empty": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deletes what is in the trash from the library. */
        post: operations["empty_trash"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens an upload. */
        post: operations["create_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Throws an upload away. */
        delete: operations["delete_upload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/uploads/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Streams one file into the upload. */
        put: operations["put_upload_file"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/app/watch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the Watch room shows. */
        get: operations["get_watch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Something that was added. */
        AddedFile: {
            /** @description Root of the content. */
            cid: string;
            /** @description File or directory. */
            kind: components["schemas"]["EntryKind"];
            /** @description Name: the path relative to the folder that was added. */
            name: string;
            /**
             * Format: int64
             * @description File bytes; for a folder, bytes of the whole DAG.
             */
            size: number;
        };
        /** @description An album. */
        Album: {
            /**
             * Format: int64
             * @description Items in it that are not in the trash.
             */
            count: number;
            /** @description URL of the cover, 320 px. */
            cover: string | null;
            /**
             * Format: int64
             * @description When it was made, Unix milliseconds.
             */
            createdAt: number;
            /** @description Id of the album. */
            id: string;
            /** @description Thumbhash of the cover, base64. */
            thumbhash: string | null;
            /** @description Title. */
            title: string;
            /**
             * Format: int64
             * @description When it last changed, Unix milliseconds.
             */
            updatedAt: number;
        };
        /** @description Items to put into an album or to take out. */
        AlbumItemsRequest: {
            /** @description Ids of the items, at most 10,000. */
            ids: string[];
        };
        /** @description What to change of an album. */
        AlbumPatch: {
            /** @description The item whose preview is the cover. */
            coverItemId?: string | null;
            /** @description New title. */
            title?: string | null;
        };
        /** @description An album that holds the item. */
        AlbumRef: {
            /** @description Its id. */
            id: string;
            /** @description Its title. */
            title: string;
        };
        /**
         * @description What the public directory is told.
         * @enum {string}
         */
        Announce: "roots" | "off";
        /** @description An audio track. */
        AudioTrackFacts: {
            /**
             * Format: int32
             * @description Channels.
             */
            channels: number | null;
            /** @description Codec, "aac". */
            codec: string;
            /** @description Language, as the file says. */
            language: string | null;
            /**
             * Format: int32
             * @description Samples a second.
             */
            sampleRate: number | null;
        };
        /**
         * @description What to do with many items.
         * @enum {string}
         */
        BatchAction: "favourite" | "unfavourite" | "trash" | "restore" | "delete";
        /** @description An item that could not be changed. */
        BatchFailure: {
            /** @description Its id. */
            id: string;
            /** @description Why, in English. */
            message: string;
        };
        /** @description An act on many items. */
        BatchRequest: {
            /** @description What to do. */
            action: components["schemas"]["BatchAction"];
            /** @description With `delete`: also move the user's own file to the system trash. */
            alsoDeleteFile?: boolean | null;
            /** @description Ids of the items, at most 10,000. */
            ids: string[];
        };
        /** @description What an act on many items did. */
        BatchResult: {
            /** @description Items that changed. */
            changed: string[];
            /** @description Items that could not be changed. */
            failed: components["schemas"]["BatchFailure"][];
        };
        /** @description Blocks over all networks since the start. */
        BitswapStat: {
            /**
             * Format: int64
             * @description Blocks received that were wanted.
             */
            blocksReceived: number;
            /**
             * Format: int64
             * @description Blocks sent to peers that are connected now.
             */
            blocksSent: number;
            /**
             * Format: int64
             * @description Bytes of them.
             */
            bytesReceived: number;
            /**
             * Format: int64
             * @description Bytes of them.
             */
            bytesSent: number;
            /**
             * Format: int64
             * @description Bytes of them.
             */
            duplicateBytes: number;
            /**
             * Format: int64
             * @description Blocks received twice.
             */
            duplicates: number;
            /** @description Connected peers. */
            peers: string[];
            /** @description Blocks that are asked of peers now. */
            wanted: string[];
        };
        /** @description Content that a list blocks. */
        BlockedBy: {
            /** @description The list, without its ending. */
            list: string;
            /** @description What was asked for. */
            what: string;
        };
        /** @description Camera and exposure. */
        CameraFacts: {
            /** @description Exposure time as photographers write it, "1/250". */
            exposure: string | null;
            /**
             * Format: double
             * @description Aperture.
             */
            fNumber: number | null;
            /**
             * Format: double
             * @description Focal length, millimetres.
             */
            focalMm: number | null;
            /**
             * Format: int32
             * @description ISO speed.
             */
            iso: number | null;
            /** @description Lens. */
            lens: string | null;
            /** @description Maker. */
            make: string | null;
            /** @description Model. */
            model: string | null;
        };
        /** @description How captions look. */
        CaptionSettings: {
            /** @description Colour, "#rrggbb". */
            color: string;
            /**
             * Format: int64
             * @description Delay in milliseconds; negative shows captions earlier.
             */
            delayMs: number;
            /**
             * Format: int32
             * @description Size in percent of the standard size, 50 to 300.
             */
            size: number;
        };
        /** @description Caption settings to change; absent fields stay as they are. */
        CaptionSettingsPatch: {
            /** @description Colour, "#rrggbb". */
            color?: string | null;
            /**
             * Format: int64
             * @description Delay in milliseconds; negative shows captions earlier.
             */
            delayMs?: number | null;
            /**
             * Format: int32
             * @description Size in percent of the standard size, 50 to 300.
             */
            size?: number | null;
        };
        /** @description Captions of an item. */
        CaptionTrack: {
            /** @description Format of the source: "srt", "vtt", "ass". */
            format: string;
            /** @description Id of the asset. */
            id: string;
            /** @description Name to show. */
            label: string;
            /** @description Language tag, "de". */
            language: string | null;
            /** @description Signed URL of the captions as WebVTT. */
            url: string;
        };
        /** @description What a CAR brought. */
        CarImported: {
            /**
             * Format: int64
             * @description Blocks stored.
             */
            blocks: number;
            /**
             * Format: int64
             * @description Bytes of these blocks.
             */
            bytes: number;
            /** @description Roots named by its header; each is pinned. */
            roots: string[];
        };
        /** @description A chapter. */
        ChapterFacts: {
            /**
             * Format: int64
             * @description Where it begins.
             */
            startMs: number;
            /** @description Its title. */
            title: string | null;
        };
        /** @description One content id. */
        CidRequest: {
            /** @description The content id. */
            cid: string;
        };
        /**
         * @description What closing the window does.
         * @enum {string}
         */
        CloseAction: "ask" | "tray" | "quit";
        /** @description Whom to connect to, or to let go. */
        ConnectRequest: {
            /** @description A multiaddress that ends with /p2p/ and a peer id. */
            address: string;
        };
        /** @description A file to decrypt. The key is wiped when this is dropped; shows no secret. */
        DecryptRequest: {
            /** @description The key it was encrypted for: words, hexadecimal digits or base64; that of this node when absent. */
            key?: string | null;
            /** @description A CID, or "/btfs/CID/path". */
            path: string;
        };
        /** @description An entry of a directory. */
        DirectoryEntry: {
            /** @description Root of the content. */
            cid: string;
            /** @description What it is. */
            kind: components["schemas"]["EntryKind"];
            /** @description Name. */
            name: string;
            /**
             * Format: int64
             * @description File bytes; for a directory, bytes of its DAG.
             */
            size: number;
        };
        /** @description What a drop would bring, before anything is imported. */
        DropSummary: {
            /**
             * Format: int64
             * @description Size of all files found.
             */
            bytes: number;
            /** @description False when the walk stopped at its time limit: the numbers are a lower bound. */
            complete: boolean;
            /**
             * Format: int64
             * @description Folders walked.
             */
            folders: number;
            /**
             * Format: int64
             * @description Other files found.
             */
            others: number;
            /**
             * Format: int64
             * @description Photos found.
             */
            photos: number;
            /**
             * Format: int64
             * @description Caption files found.
             */
            subtitles: number;
            /**
             * Format: int64
             * @description Music tracks found.
             */
            tracks: number;
            /** @description Paths that cannot be read (at most 20). */
            unreadable: components["schemas"]["UnreadablePath"][];
            /**
             * Format: int64
             * @description Videos found.
             */
            videos: number;
            /**
             * Format: int64
             * @description Files that would be copied.
             */
            willCopy: number;
            /**
             * Format: int64
             * @description Files that would be kept in place.
             */
            willReference: number;
        };
        /** @description The same bytes at several paths: one item, several files. */
        DuplicateGroup: {
            /**
             * Format: int64
             * @description Size of one copy.
             */
            bytes: number;
            /** @description The item that stands for all of them. */
            item: components["schemas"]["ItemCard"];
            /** @description Paths of all copies, with characters that are not text replaced. */
            paths: string[];
        };
        /** @description Items whose content lies at more than one path. */
        Duplicates: {
            /** @description Groups, largest waste first. */
            groups: components["schemas"]["DuplicateGroup"][];
        };
        /**
         * @description What an entry is.
         * @enum {string}
         */
        EntryKind: "file" | "directory" | "symlink" | "other";
        /** @description Place of an episode in its show. */
        EpisodeOf: {
            /**
             * Format: int32
             * @description Number in the season.
             */
            episode: number;
            /** @description Id of the show. */
            id: string;
            /**
             * Format: int32
             * @description Season.
             */
            season: number;
            /** @description Title of the show. */
            title: string;
        };
        /** @description What every failed request answers. */
        ErrorBody: {
            /** @description The closed code to branch on. */
            code: components["schemas"]["ErrorCode"];
            /** @description Machine-readable details, if any. */
            detail: Record<string, never> | null;
            /** @description What failed, in English, for logs and for people who read them. */
            message: string;
            /** @description What is safe in spite of the failure. */
            safe: string | null;
            /** @description What the person can do about it. */
            todo: string | null;
        };
        /**
         * @description Why a request failed. A closed list: the UI branches on it and shows its own words.
         * @enum {string}
         */
        ErrorCode: "bad_request" | "bad_cid" | "bad_path" | "unauthorized" | "foreign_origin" | "wrong_host" | "not_found" | "conflict" | "place_stays" | "not_looked_at" | "own_link" | "method_not_allowed" | "too_large" | "unsupported_media_type" | "too_many" | "permission_denied" | "disk_full" | "quota_exceeded" | "read_only" | "offline" | "source_changed" | "source_missing" | "corrupt" | "unsupported_format" | "bad_link" | "bad_key" | "needs_password" | "wrong_password" | "share_ended" | "peer_unreachable" | "only_relayed" | "no_network" | "blocked" | "not_local" | "shutting_down" | "internal";
        /** @description A file that a job could not take. */
        Failure: {
            /** @description Stable name of the reason. */
            code: string;
            /** @description Why, in English. */
            message: string;
            /** @description Path of the file, with characters that are not text replaced. */
            path: string;
            /** @description What the person can do. */
            todo: string | null;
        };
        /** @description The failures of a job (at most 1,000). */
        FailurePage: {
            /** @description The failures. */
            failures: components["schemas"]["Failure"][];
        };
        /** @description A storage folder to add. */
        FolderRequest: {
            /** @description Absolute path of an existing folder. */
            path: string;
            /**
             * Format: int64
             * @description Most bytes it may use; null for no limit.
             */
            quotaBytes?: number | null;
        };
        /**
         * @description Whether a storage folder can be reached.
         * @enum {string}
         */
        FolderState: "online" | "offline";
        /** @description A place. */
        GpsFacts: {
            /**
             * Format: double
             * @description Degrees north.
             */
            latitude: number;
            /**
             * Format: double
             * @description Degrees east.
             */
            longitude: number;
        };
        /** @description What the Home room shows. */
        Home: {
            /** @description Albums, last changed first. */
            albums: components["schemas"]["Album"][];
            /** @description Begun and not finished by the active person, last played first. */
            continueWatching: components["schemas"]["ItemCard"][];
            /** @description Newest items. */
            recentlyAdded: components["schemas"]["ItemCard"][];
            /** @description What came in over the last seven days. */
            recentSummary: components["schemas"]["RecentSummary"];
        };
        /**
         * @description Whether files are copied into the home or kept where they are.
         * @enum {string}
         */
        ImportMode: "auto" | "reference" | "copy";
        /** @description Files to import: from paths, from an upload, or both. */
        ImportRequest: {
            /** @description An album that receives the imported photos and videos. */
            albumId?: string | null;
            mode?: components["schemas"]["ImportMode"] | null;
            /** @description The title of a new album that receives them. */
            newAlbum?: string | null;
            /** @description Absolute paths of files and folders. */
            paths?: string[];
            /** @description A finished upload; its files are copied and the upload is gone afterwards. */
            uploadId?: string | null;
        };
        /** @description What a shelf needs of an item. */
        ItemCard: {
            /**
             * Format: int64
             * @description When it was added, Unix milliseconds.
             */
            addedAt: number;
            /** @description Album of a track. */
            album: string | null;
            /** @description Artist of a track. */
            artist: string | null;
            /**
             * Format: int64
             * @description Length.
             */
            durationMs: number | null;
            /** @description Favourite of the active person. */
            favourite: boolean;
            /**
             * Format: int32
             * @description Height in pixels, orientation applied.
             */
            height: number | null;
            /** @description Id of the item. */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["ItemKind"];
            /** @description URL of a 2:3 poster, 320 px wide. */
            poster: string | null;
            /** @description URL of the 1440 px preview. */
            preview: string | null;
            progress: components["schemas"]["ItemProgress"] | null;
            /**
             * Format: int32
             * @description Rating by the active person, 1 to 5.
             */
            rating: number | null;
            show: components["schemas"]["EpisodeOf"] | null;
            /** @description Whether its bytes can be read. */
            state: components["schemas"]["ItemState"];
            /** @description A second line: the artist, the show, the folder. */
            subtitle: string | null;
            /**
             * Format: int64
             * @description When it was taken, local time as if it were UTC, Unix milliseconds.
             */
            takenAt: number | null;
            /** @description URL of the 320 px preview. */
            thumb: string | null;
            /** @description Thumbhash, base64. */
            thumbhash: string | null;
            /** @description Title to show. */
            title: string;
            /**
             * Format: int32
             * @description Number on the album.
             */
            trackNo: number | null;
            /**
             * Format: int64
             * @description When it was put in the trash, Unix milliseconds.
             */
            trashedAt: number | null;
            /** @description It was looked at, and no preview could be made of it. */
            unpictured: boolean;
            /**
             * Format: int32
             * @description Width in pixels, orientation applied.
             */
            width: number | null;
            /**
             * Format: int32
             * @description Year.
             */
            year: number | null;
        };
        /** @description Numbers of items; trashed items count only in `trash`. */
        ItemCounts: {
            /**
             * Format: int64
             * @description Albums that people made.
             */
            album: number;
            /**
             * Format: int64
             * @description Other videos.
             */
            clip: number;
            /**
             * Format: int64
             * @description Episodes of shows.
             */
            episode: number;
            /**
             * Format: int64
             * @description Favourites of the active person.
             */
            favourite: number;
            /**
             * Format: int64
             * @description Everything else.
             */
            file: number;
            /**
             * Format: int64
             * @description Films.
             */
            film: number;
            /**
             * Format: int64
             * @description Photos.
             */
            photo: number;
            /**
             * Format: int64
             * @description Music tracks.
             */
            track: number;
            /**
             * Format: int64
             * @description Items in the trash.
             */
            trash: number;
        };
        /** @description An item with all that is known of it. */
        ItemDetail: components["schemas"]["ItemCard"] & {
            /** @description Albums it is in. */
            albums: components["schemas"]["AlbumRef"][];
            /** @description Its captions. */
            captions: components["schemas"]["CaptionTrack"][];
            /** @description Root of the original content. */
            cid: string;
            /** @description Description. */
            description: string | null;
            /** @description Facts found in the file. */
            facts: components["schemas"]["ItemFacts"];
            /** @description Name of the original file. */
            fileName: string;
            /** @description Genres. */
            genres: string[];
            next: components["schemas"]["ItemLink"] | null;
            /** @description URL of the large poster. */
            posterLarge: string | null;
            previous: components["schemas"]["ItemLink"] | null;
            /** @description Its renditions, the original first. */
            renditions: components["schemas"]["Rendition"][];
        };
        /** @description Facts found in the file itself. */
        ItemFacts: {
            /** @description Audio tracks. */
            audio: components["schemas"]["AudioTrackFacts"][];
            camera: components["schemas"]["CameraFacts"] | null;
            /** @description Chapters. */
            chapters: components["schemas"]["ChapterFacts"][];
            /** @description Container, "mp4", "mkv"; null for still pictures. */
            container: string | null;
            gps: components["schemas"]["GpsFacts"] | null;
            /** @description Content type found by looking at the bytes. */
            mime: string;
            /**
             * Format: int64
             * @description Size of the original.
             */
            size: number;
            /** @description Embedded caption tracks. */
            subtitles: components["schemas"]["SubtitleTrackFacts"][];
            /** @description Tags. */
            tags: components["schemas"]["TagFacts"];
            video: components["schemas"]["VideoTrackFacts"] | null;
        };
        /** @description `itemsChanged`, `itemsRemoved` and `previewReady`. */
        ItemIdsEvent: {
            /** @description Ids of the items; empty when there were too many to name: refetch all. */
            ids: string[];
        };
        /**
         * @description What an item is.
         * @enum {string}
         */
        ItemKind: "film" | "episode" | "clip" | "photo" | "track" | "file";
        /** @description Another item. */
        ItemLink: {
            /** @description Its id. */
            id: string;
            /** @description Its title. */
            title: string;
        };
        /** @description Items and where to go on. */
        ItemPage: {
            /** @description The items. */
            items: components["schemas"]["ItemCard"][];
            /** @description Pass it as `cursor` for the next page; null at the end. */
            nextCursor: string | null;
            /**
             * Format: int64
             * @description Items in all pages.
             */
            total: number;
        };
        /** @description What to change of an item: user facts only. `null` goes back to what the file says. */
        ItemPatch: {
            /** @description Description. */
            description?: string | null;
            /** @description Favourite of the active person. */
            favourite?: boolean | null;
            /** @description Genres. */
            genres?: string[] | null;
            kind?: components["schemas"]["ItemKind"] | null;
            /**
             * Format: int32
             * @description Rating, 1 to 5; null removes it.
             */
            rating?: number | null;
            /** @description Title; null or empty goes back to the derived one. */
            title?: string | null;
            /**
             * Format: int32
             * @description Year.
             */
            year?: number | null;
        };
        /** @description How far a person got. */
        ItemProgress: {
            /**
             * Format: int64
             * @description Length when they were there.
             */
            durationMs: number;
            /** @description True when it counts as watched. */
            finished: boolean;
            /**
             * Format: int64
             * @description Where they are.
             */
            positionMs: number;
            /**
             * Format: int64
             * @description When they were there, Unix milliseconds.
             */
            updatedAt: number;
        };
        /** @description `itemsAdded`. */
        ItemsAddedEvent: {
            /**
             * Format: int64
             * @description New items in all.
             */
            count: number;
            /** @description Ids of the first 200 new items. */
            ids: string[];
            /** @description Kinds that occur. */
            kinds: components["schemas"]["ItemKind"][];
        };
        /**
         * @description Order of a list of items.
         * @enum {string}
         */
        ItemSort: "added" | "title" | "taken" | "year" | "duration" | "played";
        /**
         * @description Whether the bytes of an item can be read.
         * @enum {string}
         */
        ItemState: "ok" | "changed" | "missing" | "offline";
        /** @description A job and its progress. */
        Job: {
            blocked: components["schemas"]["BlockedBy"] | null;
            /**
             * Format: int64
             * @description Bytes finished.
             */
            bytesDone: number;
            /**
             * Format: int64
             * @description Speed over the last seconds.
             */
            bytesPerSecond: number;
            /**
             * Format: int64
             * @description Bytes found so far.
             */
            bytesTotal: number;
            /**
             * Format: int64
             * @description When it was started, Unix milliseconds.
             */
            createdAt: number;
            /** @description The file at work. */
            current: string | null;
            /**
             * Format: int64
             * @description Seconds left; null when unknown.
             */
            etaSeconds: number | null;
            /**
             * Format: int64
             * @description Files finished.
             */
            filesDone: number;
            /**
             * Format: int64
             * @description Files whose bytes were in the library already.
             */
            filesDuplicate: number;
            /**
             * Format: int64
             * @description Files that failed; see `GET /imports/{id}/failures`.
             */
            filesFailed: number;
            /**
             * Format: int64
             * @description Files left out (hidden, links, system files).
             */
            filesSkipped: number;
            /**
             * Format: int64
             * @description Files found so far.
             */
            filesTotal: number;
            /**
             * Format: int64
             * @description When it ended, Unix milliseconds.
             */
            finishedAt: number | null;
            /** @description Id of the job. */
            id: string;
            /** @description What it does. */
            kind: components["schemas"]["JobKind"];
            /** @description Result or error, in English. */
            message: string | null;
            /**
             * Format: int64
             * @description Previews not made yet.
             */
            previewsPending: number;
            /** @description The share, made here or opened here, that it works on. */
            share: string | null;
            /** @description How far it is. */
            state: components["schemas"]["JobState"];
            /** @description Name to show: the file, the folder, or what is done. */
            title: string;
            /** @description Why it is slow or waits, in words. */
            why: string | null;
        };
        /** @description Jobs at work. */
        JobCounts: {
            /**
             * Format: int64
             * @description Queued, scanning, running or paused jobs.
             */
            active: number;
        };
        /** @description `jobProgress` (at most four a second for each job) and `jobFinished`. */
        JobEvent: {
            /** @description The job as it stands. */
            job: components["schemas"]["Job"];
        };
        /**
         * @description What a job does.
         * @enum {string}
         */
        JobKind: "import" | "export" | "restore" | "verify" | "repair" | "gc" | "share" | "save";
        /** @description Jobs, newest first. */
        JobPage: {
            /** @description Active jobs, then the finished ones that were not dismissed. */
            jobs: components["schemas"]["Job"][];
        };
        /**
         * @description How far a job is.
         * @enum {string}
         */
        JobState: "queued" | "scanning" | "running" | "paused" | "done" | "failed" | "cancelled";
        /**
         * @description What a key was given as.
         * @enum {string}
         */
        KeyForm: "words" | "hex" | "base64" | "sealed";
        /** @description `lagged`: this client was too slow and lost events; fetch everything again. */
        LaggedEvent: Record<string, never>;
        /**
         * @description The language of the interface.
         * @enum {string}
         */
        Language: "auto" | "en" | "de";
        /** @description Other limits between two times of day; over midnight when `to` is not after `from`. */
        LimitHours: {
            /**
             * Format: int64
             * @description Most bytes a second in; null for no limit.
             */
            downloadLimit: number | null;
            /** @description "HH:MM", local time. */
            from: string;
            /** @description "HH:MM", local time. */
            to: string;
            /**
             * Format: int64
             * @description Most bytes a second out; null for no limit.
             */
            uploadLimit: number | null;
        };
        /** @description A directory, or a single file. */
        Listing: {
            /** @description Root of what was listed. */
            cid: string;
            /** @description Entries of a directory, by name. */
            entries: components["schemas"]["DirectoryEntry"][];
            /** @description What it is. */
            kind: components["schemas"]["EntryKind"];
            /**
             * Format: int64
             * @description File bytes, or bytes of the DAG of a directory.
             */
            size: number;
        };
        /**
         * @description Where the bytes of a rendition are.
         * @enum {string}
         */
        LocationKind: "copied" | "referenced";
        /** @description Albums and the first tracks. */
        Music: {
            /** @description Albums, by artist and title. */
            albums: components["schemas"]["MusicAlbum"][];
            /** @description The first page of all tracks; more through `GET /items?kind=track`. */
            tracks: components["schemas"]["ItemPage"];
        };
        /** @description An album of music, gathered from the tags of its tracks. */
        MusicAlbum: {
            /** @description Artist of the album. */
            artist: string | null;
            /** @description URL of the cover. */
            cover: string | null;
            /**
             * Format: int64
             * @description Length of all tracks.
             */
            durationMs: number;
            /** @description Id of the album. */
            id: string;
            /** @description Thumbhash of the cover, base64. */
            thumbhash: string | null;
            /** @description Title. */
            title: string;
            /**
             * Format: int64
             * @description Tracks in it.
             */
            trackCount: number;
            /**
             * Format: int32
             * @description Year.
             */
            year: number | null;
        };
        /** @description An album with its tracks. */
        MusicAlbumDetail: components["schemas"]["MusicAlbum"] & {
            /** @description Its tracks in order. */
            tracks: components["schemas"]["ItemCard"][];
        };
        /** @description One running network. */
        Network: {
            /** @description Where it listens: multiaddresses. */
            listening: string[];
            /** @description "direct", "btfs", "btfs-testnet" or "open". */
            name: string;
            /** @description This node's id there. */
            peerId: string;
            /** @description Who is connected. */
            peers: components["schemas"]["NetworkPeer"][];
            /** @description How it stands to the rest of the world. */
            reachability: components["schemas"]["Reachability"];
            /**
             * Format: int64
             * @description Bytes received since the start.
             */
            received: number;
            /**
             * Format: int64
             * @description Bytes sent since the start.
             */
            sent: number;
        };
        /** @description `networkChanged`: fetch the network again. */
        NetworkChangedEvent: Record<string, never>;
        /** @description A connected peer. */
        NetworkPeer: {
            /** @description Where it is: multiaddresses. */
            addresses: string[];
            /** @description What it says it runs. */
            agent: string | null;
            /**
             * @description And nothing else leads there: connecting directly was tried and has failed. What helps is a
             *     port opened at the router of either side, IPv6 at both, or the same local network.
             */
            cannotConnectDirectly: boolean;
            /** @description Its id. */
            peerId: string;
            /** @description All of its connections go over relays. */
            relayed: boolean;
        };
        /**
         * @description Which network this node takes part in.
         * @enum {string}
         */
        NetworkSetting: "ask" | "off" | "direct" | "btfs" | "btfsTestnet" | "open" | "private";
        /** @description An album to make. */
        NewAlbumRequest: {
            /** @description Items to put in at once. */
            ids?: string[];
            /** @description Title, 1 to 200 characters. */
            title: string;
        };
        /** @description A person to make. */
        NewPersonRequest: {
            /** @description Colour of the badge. */
            color?: string | null;
            /** @description Name, 1 to 64 characters. */
            name: string;
        };
        /** @description A list to take in: a file of the node's machine, or its text. */
        NewPolicyListRequest: {
            /** @description What to call it; the name of the file when there is none. */
            name?: string | null;
            /** @description Absolute path of the file, which is copied. */
            path?: string | null;
            /** @description Or the list itself. */
            text?: string | null;
        };
        /** @description What to share: items, or an album. */
        NewShareRequest: {
            /** @description Or everything in this album. */
            albumId?: string | null;
            /**
             * Format: int64
             * @description When it ends by itself, Unix milliseconds.
             */
            expiresAt?: number | null;
            /** @description Items, in order. */
            items?: string[];
            /** @description Leaves the place in photos. */
            keepLocation?: boolean;
            /**
             * @description Under which licence; needed when it is public. "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0",
             *     "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "public-domain",
             *     "all-rights-reserved", or another text of one line.
             */
            licence?: string | null;
            /** @description Asked of whoever opens it. */
            password?: string | null;
            /** @description What to call it; the title of the item or album when there is none. */
            title?: string | null;
            visibility?: components["schemas"]["Visibility"] | null;
            /** @description What somebody may not want to see. */
            warning?: string | null;
        };
        /** @description Files on this machine to add, and how. */
        NodeAddRequest: {
            /**
             * @description "size-BYTES", "rabin-MIN-AVG-MAX", "buzhash" or "reed-solomon-DATA-PARITY-BYTES";
             *     "size-262144" when absent.
             */
            chunker?: string | null;
            /**
             * Format: int32
             * @description 0 or 1; 0 when absent.
             */
            cidVersion?: number | null;
            /** @description Encrypt the file as BTFS does, for the key below, the peer below, or this node. */
            encrypt?: boolean | null;
            /** @description Absolute paths of files and folders. */
            paths: string[];
            /** @description A peer id that holds such a key. */
            peerId?: string | null;
            /** @description Pin the result; true when absent. */
            pin?: boolean | null;
            /** @description A public key of secp256k1, hex. */
            publicKey?: string | null;
            /** @description Leaves without wrapper; false when absent, true with CID version 1. */
            rawLeaves?: boolean | null;
            /** @description Keep the bytes in the file and store only references. */
            reference?: boolean | null;
        };
        /** @description Who this node is. */
        NodeIdentity: {
            /** @description libp2p peer id, "16Uiu2HA...". */
            peerId: string;
            /** @description Compressed secp256k1 public key, hex. */
            publicKey: string;
        };
        /** @description A link to open. */
        OpenLinkRequest: {
            /** @description The link. */
            link: string;
            /** @description Its password, when it asks for one. */
            password?: string | null;
        };
        /** @description A path on this machine. */
        PathRequest: {
            /** @description Absolute path. */
            path: string;
        };
        /** @description Paths on this machine. */
        PathsRequest: {
            /** @description Absolute paths of files and folders. */
            paths: string[];
        };
        /** @description A peer and where it may be dialled. */
        PeerAddresses: {
            /** @description Multiaddresses. */
            addresses: string[];
            /** @description Its id. */
            peer: string;
        };
        /** @description What passed between this node and a connected peer. */
        PeerLedger: {
            /**
             * Format: int64
             * @description Blocks both ways.
             */
            exchanged: number;
            /**
             * Format: int64
             * @description Bytes of blocks it gave us.
             */
            received: number;
            /**
             * Format: int64
             * @description Bytes of blocks it got from us.
             */
            sent: number;
        };
        /** @description A person with their own favourites, progress and ratings. */
        Person: {
            /** @description True for the person who uses the app now. */
            active: boolean;
            /** @description Colour of the badge, "#rrggbb" or a colour name of the UI. */
            color: string;
            /** @description Id of the person. */
            id: string;
            /** @description Name to show. */
            name: string;
        };
        /** @description What to change of a person. */
        PersonPatch: {
            /** @description New colour. */
            color?: string | null;
            /** @description New name. */
            name?: string | null;
        };
        /** @description What the grid needs of a photo. */
        Photo: {
            /** @description "2024-06-14", local to where it was taken. */
            day: string;
            /**
             * Format: int64
             * @description Length of a clip.
             */
            durationMs: number | null;
            /** @description Favourite of the active person. */
            favourite: boolean;
            /** @description Id of the item. */
            id: string;
            /** @description Photo or clip. */
            kind: components["schemas"]["ItemKind"];
            /** @description URL of the 1440 px preview. */
            preview: string | null;
            /**
             * Format: double
             * @description Width divided by height, orientation applied.
             */
            ratio: number;
            /**
             * Format: int64
             * @description When it was taken, local time as if it were UTC, Unix milliseconds.
             */
            takenAt: number | null;
            /** @description URL of the 320 px preview. */
            thumb: string | null;
            /** @description Thumbhash, base64. */
            thumbhash: string | null;
            /** @description Title. */
            title: string;
            /** @description It was looked at, and no preview could be made of it. */
            unpictured: boolean;
        };
        /** @description A month, or a part of one. */
        PhotoBucket: {
            /**
             * Format: int64
             * @description Photos in it.
             */
            count: number;
            /** @description Its days, newest first. */
            days: components["schemas"]["PhotoDay"][];
            /** @description "2024-06", or "2024-06#1" for the second part. */
            key: string;
        };
        /** @description A day in a bucket. */
        PhotoDay: {
            /**
             * Format: int64
             * @description Photos of this day in this bucket.
             */
            count: number;
            /** @description "2024-06-14". */
            day: string;
        };
        /** @description The photos of a bucket. */
        PhotoPage: {
            /** @description Photos, newest first. */
            photos: components["schemas"]["Photo"][];
        };
        /** @description All photos by month and day, newest first. */
        PhotoTimeline: {
            /** @description Months, split so that none holds more than 2,000. */
            buckets: components["schemas"]["PhotoBucket"][];
            /**
             * Format: int64
             * @description Photos and clips in all buckets.
             */
            total: number;
        };
        /** @description A pin. */
        Pin: {
            /** @description Root that is pinned, with all it reaches. */
            cid: string;
            /** @description Which bytes it protects. */
            kind: components["schemas"]["PinKind"];
            /** @description Name given to it. */
            name: string | null;
        };
        /**
         * @description Which bytes a pin protects.
         * @enum {string}
         */
        PinKind: "bytes" | "reference";
        /** @description Something to pin. */
        PinRequest: {
            kind?: components["schemas"]["PinKind"] | null;
            /** @description A name for it. */
            name?: string | null;
            /** @description A CID, or "/btfs/CID/path". */
            path: string;
            /** @description Only true is supported; kept for scripts that say so. */
            recursive?: boolean | null;
        };
        /** @description All lists, in the order in which they are asked: the last that says something decides. */
        Policy: {
            /** @description The lists. */
            lists: components["schemas"]["PolicyList"][];
        };
        /** @description A line of a list that was not understood. */
        PolicyFault: {
            /**
             * Format: int32
             * @description Which line, from 1.
             */
            line: number;
            /** @description Why. */
            message: string;
        };
        /** @description A list of blocked content. */
        PolicyList: {
            /** @description What it says of itself. */
            description: string | null;
            /** @description It is asked. */
            enabled: boolean;
            /** @description The first twenty of them. */
            faults: components["schemas"]["PolicyFault"][];
            /** @description Its name here. */
            name: string;
            /** @description It is the person's own, edited rule by rule. */
            own: boolean;
            /** @description Its file on the machine of the node. */
            path: string;
            /** @description Why its file, as it is now, cannot be read; what was read before applies. */
            problem: string | null;
            /**
             * Format: int64
             * @description Rules in it.
             */
            rules: number;
            /**
             * Format: int64
             * @description Lines that were not understood.
             */
            skipped: number;
            /** @description What it calls itself. */
            title: string | null;
        };
        /** @description What to change of a list. */
        PolicyListPatch: {
            /** @description Whether it is asked. */
            enabled: boolean;
        };
        /** @description Something that was blocked. */
        PolicyLogEntry: {
            /** @description Where: "get", "serve", "announce", "stream", "gateway", "publish", "open" or "save". */
            action: string;
            /**
             * Format: int64
             * @description When it was last, Unix milliseconds.
             */
            at: number;
            /**
             * Format: int64
             * @description How often.
             */
            count: number;
            /**
             * Format: int32
             * @description By which of its lines.
             */
            line: number;
            /** @description By which list. */
            list: string;
            /** @description What: a CID, a path or a name. */
            what: string;
        };
        /** @description A rule of the person's own list. */
        PolicyRule: {
            /** @description It allows what another list blocks. */
            allow: boolean;
            /** @description What it is about: "/ipfs/CID", "/ipfs/CID/path*", "/ipns/NAME" or "//HASH". */
            rule: string;
        };
        /** @description A rule to make. */
        PolicyRuleRequest: {
            /** @description Allow it instead of blocking it. */
            allow?: boolean;
            /** @description A CID, "btfs://CID", a path, a name or a hash. */
            what: string;
        };
        /** @description Something that needs attention. */
        Problem: {
            /** @description Stable name of the problem. */
            code: string;
            /** @description What is wrong, in English. */
            message: string;
            /** @description What the person can do. */
            todo: string | null;
        };
        /** @description Where a person is in an item. */
        ProgressRequest: {
            /**
             * Format: int64
             * @description Length, as the player sees it.
             */
            durationMs: number;
            /** @description True or false says so; absent lets the `watchedThreshold` decide. */
            finished?: boolean | null;
            /**
             * Format: int64
             * @description Position.
             */
            positionMs: number;
        };
        /** @description A name that was published. */
        PublishedName: {
            /** @description The name: a peer id. */
            name: string;
            /** @description Where it points. */
            path: string;
        };
        /** @description Where this node's name shall point. */
        PublishNameRequest: {
            /** @description A path, as /btfs/CID. */
            path: string;
        };
        /**
         * @description How this node stands to the rest of the world.
         * @enum {string}
         */
        Reachability: "offline" | "localOnly" | "outgoingOnly" | "relayed" | "direct";
        /** @description A share of somebody else that was opened here. */
        Received: {
            /**
             * Format: int64
             * @description Bytes of its files.
             */
            bytes: number;
            /** @description It can be fetched from now. */
            connected: boolean;
            /**
             * Format: int32
             * @description How many things it holds.
             */
            count: number;
            ended: components["schemas"]["SharedEnd"] | null;
            /**
             * Format: int64
             * @description When it ends by itself, Unix milliseconds.
             */
            expiresAt: number | null;
            /** @description Its id. */
            id: string;
            /** @description "film", "episode", "clip", "photo", "track", "file", "album" or "folder", as its maker says. */
            kind: string;
            /**
             * @description Only a relay leads there, so that little comes and slowly: connecting directly was tried and
             *     has failed. It stays known when the relay has closed the line. What helps is a port opened at the router of either side, IPv6 at both, or the same
             *     local network.
             */
            onlyRelayed: boolean;
            /**
             * Format: int64
             * @description When it was opened first, Unix milliseconds.
             */
            openedAt: number;
            /** @description The device it is from: a peer id, nobody's name. Empty when it is public. */
            peer: string;
            /** @description URL of a picture that stands for it, which may have to be fetched. */
            poster: string | null;
            /**
             * Format: int64
             * @description When all of it was taken into the library, Unix milliseconds.
             */
            savedAt: number | null;
            /** @description What its maker calls it. */
            title: string;
            /** @description What its maker warns of: its picture is not to be shown before the person has read it. */
            warning: string | null;
        };
        /** @description A share of somebody else, and what it holds. */
        ReceivedDetail: {
            /** @description The share. */
            share: components["schemas"]["Received"];
            /** @description What it holds, in order. */
            things: components["schemas"]["SharedThing"][];
        };
        /** @description Numbers of new items. */
        RecentSummary: {
            /**
             * Format: int64
             * @description New photos.
             */
            photos: number;
            /**
             * Format: int64
             * @description New tracks.
             */
            tracks: number;
            /**
             * Format: int64
             * @description New films, episodes and clips.
             */
            videos: number;
        };
        /** @description Where the moved file of an item is now. */
        RelinkRequest: {
            /** @description Absolute path. */
            path: string;
        };
        /** @description One form of the content. */
        Rendition: {
            /** @description Root of the content. */
            cid: string;
            /** @description Id of the rendition. */
            id: string;
            /** @description "original", "sealed", "remuxed" or another name. */
            kind: string;
            /** @description Where its bytes are. */
            location: components["schemas"]["LocationKind"];
            /** @description Content type. */
            mime: string;
            /** @description The user's own file, when referenced. */
            path: string | null;
            /**
             * Format: int64
             * @description Size.
             */
            size: number;
            /** @description Signed URL to play or download it. */
            url: string;
        };
        /** @description What became of the key of this home. */
        ReplacedIdentity: {
            /** @description The peer id it had. */
            before: string;
            /** @description What its key was given as. */
            form: components["schemas"]["KeyForm"];
            /** @description Who this node is now. */
            identity: components["schemas"]["NodeIdentity"];
            /** @description Where the key of before is, sealed: a path below the home. */
            kept: string;
        };
        /**
         * @description Another key for this home. Networks stop and start again; links that were made before lead here no
         *     longer. Wiped when it is dropped; shows no secret.
         */
        ReplaceIdentityRequest: {
            /** @description At least 8 characters: seals the key that is replaced, and opens a sealed one. */
            password: string;
            /** @description The peer id of this home now: says that its key is meant to go. */
            replaces: string;
            /** @description The key: 12 to 24 words, 64 hexadecimal digits, the base64 of a BTFS config, or a sealed key. */
            secret: string;
        };
        /** @description Numbers of the block store. */
        RepoStat: {
            /**
             * Format: int64
             * @description Blocks known.
             */
            blocks: number;
            /**
             * Format: int64
             * @description Bytes on disk.
             */
            bytes: number;
            /**
             * Format: int64
             * @description Bytes that a clean-up would free.
             */
            garbage: number;
            /** @description Absolute path of the home. */
            home: string;
            /**
             * Format: int64
             * @description Pins.
             */
            pins: number;
            /**
             * Format: int64
             * @description Most bytes; null for no limit.
             */
            quota: number | null;
            /**
             * Format: int64
             * @description Segment files.
             */
            segments: number;
        };
        /** @description Which settings go back to their defaults. */
        ResetSettingsRequest: {
            /** @description Names of settings as in `Settings`; absent resets all but `firstRunDone`. */
            keys?: string[] | null;
        };
        /** @description Where a name points. */
        ResolvedName: {
            /** @description The path. */
            path: string;
        };
        /** @description An item that was found. */
        SearchHit: {
            /** @description The item. */
            item: components["schemas"]["ItemCard"];
            /** @description Names of the fields that matched. */
            matched: string[];
        };
        /** @description The answer to a search. */
        SearchResult: {
            /** @description Albums whose title matches. */
            albums: components["schemas"]["Album"][];
            /** @description Items, best first. */
            hits: components["schemas"]["SearchHit"][];
            /** @description Music albums whose title or artist matches. */
            musicAlbums: components["schemas"]["MusicAlbum"][];
            /** @description Shows whose title matches. */
            shows: components["schemas"]["Show"][];
            /**
             * Format: int64
             * @description Time it took.
             */
            tookMs: number;
        };
        /** @description A season. */
        Season: {
            /** @description Episodes in order. */
            episodes: components["schemas"]["ItemCard"][];
            /**
             * Format: int32
             * @description Number of the season; 0 for specials.
             */
            number: number;
        };
        /** @description All settings with their values in force. */
        Settings: {
            /** @description What the public directory is told. */
            announce: components["schemas"]["Announce"];
            /** @description Play the next episode by itself. */
            autoplayNext: boolean;
            /** @description Start with the session of the user. */
            autostart: boolean;
            /** @description Where the network is looked for first: multiaddresses; null for the shipped list. */
            bootstrap: string[] | null;
            /** @description How captions look. */
            captions: components["schemas"]["CaptionSettings"];
            /** @description What closing the window does. */
            closeToTray: components["schemas"]["CloseAction"];
            /**
             * Format: int64
             * @description Most bytes a second in; null for no limit.
             */
            downloadLimit: number | null;
            /** @description True when the first-run steps were finished. */
            firstRunDone: boolean;
            /** @description Whether files are copied or kept in place. */
            importMode: components["schemas"]["ImportMode"];
            /**
             * Format: int64
             * @description Files of this many MiB and more are kept in place when `importMode` is auto.
             */
            keepInPlaceAboveMib: number;
            /** @description Language of the interface. */
            language: components["schemas"]["Language"];
            limitHours: components["schemas"]["LimitHours"] | null;
            /** @description The connection costs money by the byte. */
            metered: boolean;
            /** @description Which network this node takes part in. */
            network: components["schemas"]["NetworkSetting"];
            /** @description Show notifications of the system. */
            notifications: boolean;
            /** @description A SOCKS5 proxy, "socks5://ADDRESS:PORT". */
            proxy: string | null;
            /**
             * Format: int64
             * @description Most bytes the home's storage may use; null for no limit.
             */
            quotaBytes: number | null;
            /**
             * Format: int32
             * @description Seconds that J and L jump.
             */
            seekSeconds: number;
            /**
             * Format: int32
             * @description Seconds a photo stays in a slideshow.
             */
            slideshowSeconds: number;
            /** @description Remove the place from photos that leave this machine. */
            stripLocation: boolean;
            /** @description Colours of the interface. */
            theme: components["schemas"]["Theme"];
            /**
             * Format: int64
             * @description Most bytes a second out; null for no limit.
             */
            uploadLimit: number | null;
            /**
             * Format: double
             * @description Share of a film, 0.5 to 1, after which it counts as watched.
             */
            watchedThreshold: number;
        };
        /** @description `settingsChanged`: fetch the settings again. */
        SettingsChangedEvent: Record<string, never>;
        /** @description Settings to change; fields that are absent stay as they are. */
        SettingsPatch: {
            announce?: components["schemas"]["Announce"] | null;
            /** @description Play the next episode by itself. */
            autoplayNext?: boolean | null;
            /** @description Start with the session of the user. */
            autostart?: boolean | null;
            /** @description Where the network is looked for first; null for the shipped list. */
            bootstrap?: string[] | null;
            captions?: components["schemas"]["CaptionSettingsPatch"] | null;
            closeToTray?: components["schemas"]["CloseAction"] | null;
            /**
             * Format: int64
             * @description Most bytes a second in; null for no limit.
             */
            downloadLimit?: number | null;
            /** @description True when the first-run steps were finished. */
            firstRunDone?: boolean | null;
            importMode?: components["schemas"]["ImportMode"] | null;
            /**
             * Format: int64
             * @description Files of this many MiB and more are kept in place when `importMode` is auto.
             */
            keepInPlaceAboveMib?: number | null;
            language?: components["schemas"]["Language"] | null;
            limitHours?: components["schemas"]["LimitHours"] | null;
            /** @description The connection costs money by the byte. */
            metered?: boolean | null;
            network?: components["schemas"]["NetworkSetting"] | null;
            /** @description Show notifications of the system. */
            notifications?: boolean | null;
            /** @description A SOCKS5 proxy, "socks5://ADDRESS:PORT"; null for none. */
            proxy?: string | null;
            /**
             * Format: int64
             * @description Most bytes the home's storage may use; null for no limit.
             */
            quotaBytes?: number | null;
            /**
             * Format: int32
             * @description Seconds that J and L jump.
             */
            seekSeconds?: number | null;
            /**
             * Format: int32
             * @description Seconds a photo stays in a slideshow.
             */
            slideshowSeconds?: number | null;
            /** @description Remove the place from photos that leave this machine. */
            stripLocation?: boolean | null;
            theme?: components["schemas"]["Theme"] | null;
            /**
             * Format: int64
             * @description Most bytes a second out; null for no limit.
             */
            uploadLimit?: number | null;
            /**
             * Format: double
             * @description Share of a film, 0.5 to 1, after which it counts as watched.
             */
            watchedThreshold?: number | null;
        };
        /** @description A share of this home. */
        Share: {
            /**
             * Format: int64
             * @description Bytes of its files.
             */
            bytes: number;
            /**
             * @description The CID of its file, or of the folder of its files, when it is public and ready: for programs
             *     that know no manifests.
             */
            content: string | null;
            /**
             * Format: int64
             * @description When it was made, Unix milliseconds.
             */
            createdAt: number;
            /**
             * Format: int64
             * @description When it ends by itself, Unix milliseconds.
             */
            expiresAt: number | null;
            /** @description It asks for a password. */
            hasPassword: boolean;
            /** @description Its id. */
            id: string;
            /** @description The items it shares. */
            items: string[];
            /** @description The place stays in its photos. */
            keepLocation: boolean;
            /** @description Under which licence, when it is public. */
            licence: string | null;
            /**
             * @description The link. Whoever has it can open the share; that of a public one is "btfs://" or "ipfs://"
             *     and its root, and there when it is ready.
             */
            link: string | null;
            /** @description Why it could not be made. */
            message: string | null;
            /**
             * Format: int64
             * @description How many have it open now.
             */
            openNow: number;
            /**
             * Format: int64
             * @description When it was taken back, Unix milliseconds.
             */
            revokedAt: number | null;
            /** @description The CID of what says what it is (its manifest), when it is public and ready. */
            root: string | null;
            /** @description Where it stands. */
            state: components["schemas"]["ShareState"];
            /** @description What it is called. */
            title: string;
            /** @description Who may have it. */
            visibility: components["schemas"]["Visibility"];
            /** @description What it warns of, when it is public. */
            warning: string | null;
        };
        /**
         * @description Why a share of somebody else is over.
         * @enum {string}
         */
        SharedEnd: "expired" | "revoked";
        /** @description A thing in a share of somebody else. */
        SharedThing: {
            /** @description Who made a track, as its maker says. */
            artist: string | null;
            /**
             * Format: int64
             * @description Length in milliseconds.
             */
            durationMs: number | null;
            /**
             * Format: int32
             * @description Height in pixels.
             */
            height: number | null;
            /** @description "film", "episode", "clip", "photo", "track" or "file", as its maker says. */
            kind: string;
            /** @description Under which licence, as its maker says. */
            licence: string | null;
            /** @description Its media type, as its maker says. */
            mime: string;
            /** @description Its name as a file. */
            name: string;
            /** @description URL of a picture that stands for it. */
            poster: string | null;
            /** @description The record it is on. */
            record: string | null;
            /**
             * Format: int64
             * @description Bytes.
             */
            size: number;
            /** @description What its maker calls it. */
            title: string;
            /** @description URL of its bytes, which come as they are needed. */
            url: string;
            /** @description What its maker warns of. */
            warning: string | null;
            /**
             * Format: int32
             * @description Width in pixels.
             */
            width: number | null;
        };
        /** @description `sharesChanged`: fetch the shares again. */
        SharesChangedEvent: Record<string, never>;
        /**
         * @description Where a share stands.
         * @enum {string}
         */
        ShareState: "preparing" | "ready" | "revoked" | "failed";
        /** @description A show on the shelf. */
        Show: {
            /**
             * Format: int64
             * @description Episodes in the library.
             */
            episodeCount: number;
            /** @description Id of the show. */
            id: string;
            /** @description URL of the poster. */
            poster: string | null;
            /**
             * Format: int64
             * @description Seasons in the library.
             */
            seasonCount: number;
            /** @description Thumbhash of the poster, base64. */
            thumbhash: string | null;
            /** @description Title. */
            title: string;
            /**
             * Format: int32
             * @description Year of the first season.
             */
            year: number | null;
        };
        /** @description A show with its seasons. */
        ShowDetail: components["schemas"]["Show"] & {
            /** @description Seasons in order. */
            seasons: components["schemas"]["Season"][];
        };
        /**
         * @description Direction of a list.
         * @enum {string}
         */
        SortOrder: "asc" | "desc";
        /** @description The answer to `GET /status`. */
        Status: {
            /** @description How many items of each kind are in the library. */
            counts: components["schemas"]["ItemCounts"];
            /** @description True when the desktop shell hosts this node. */
            desktop: boolean;
            /** @description True until the first-run steps were finished. */
            firstRun: boolean;
            /** @description Absolute path of the home. */
            home: string;
            /** @description Jobs at work. */
            jobs: components["schemas"]["JobCounts"];
            /** @description Origin of media and preview URLs, "http://127.0.0.1:PORT". */
            mediaBase: string;
            /** @description The active person. */
            personId: string;
            /** @description What needs attention; empty when all is well. */
            problems: components["schemas"]["Problem"][];
            /**
             * Format: int64
             * @description When the node started, Unix milliseconds.
             */
            startedAt: number;
            /** @description Use of the storage. */
            storage: components["schemas"]["StorageUse"];
            /** @description The key of a network of the person's own, `swarm.key` in the home. */
            swarmKey: components["schemas"]["SwarmKeyState"];
            /** @description Version of the running program, "0.1.0". */
            version: string;
        };
        /** @description The storage of the home. */
        Storage: {
            /**
             * Format: int64
             * @description Number of blocks.
             */
            blocks: number;
            /** @description Further folders on other disks. */
            folders: components["schemas"]["StorageFolder"][];
            /**
             * Format: int64
             * @description Free bytes on the disk of the home.
             */
            free: number;
            /**
             * Format: int64
             * @description Bytes that a clean-up would free.
             */
            garbage: number;
            /** @description Absolute path of the home. */
            home: string;
            /**
             * Format: int64
             * @description Most bytes it may use; null for no limit.
             */
            quota: number | null;
            /**
             * Format: int64
             * @description Bytes of files kept in place.
             */
            referenced: number;
            /**
             * Format: int64
             * @description Bytes of blocks in the home.
             */
            used: number;
        };
        /** @description `storageChanged`: fetch status and storage again. */
        StorageChangedEvent: Record<string, never>;
        /** @description A storage folder on another disk. */
        StorageFolder: {
            /**
             * Format: int64
             * @description Free bytes on its disk; null when offline.
             */
            free: number | null;
            /** @description Id of the folder. */
            id: string;
            /** @description Absolute path. */
            path: string;
            /**
             * Format: int64
             * @description Most bytes it may use; null for no limit.
             */
            quota: number | null;
            /** @description Whether it is plugged in. */
            state: components["schemas"]["FolderState"];
            /**
             * Format: int64
             * @description Bytes of blocks in it.
             */
            used: number;
        };
        /** @description Use of the storage, bytes. */
        StorageUse: {
            /**
             * Format: int64
             * @description Free bytes on the disk of the home.
             */
            free: number;
            /**
             * Format: int64
             * @description Most bytes the storage may use; null when there is no limit.
             */
            quota: number | null;
            /**
             * Format: int64
             * @description Bytes of files that were kept in place.
             */
            referenced: number;
            /**
             * Format: int64
             * @description Bytes in the home's own storage.
             */
            used: number;
        };
        /** @description An embedded caption track. */
        SubtitleTrackFacts: {
            /** @description Codec, "subrip". */
            codec: string;
            /** @description Language, as the file says. */
            language: string | null;
            /** @description Title of the track. */
            title: string | null;
        };
        /**
         * @description Whether the home has the key of a network of the person's own.
         * @enum {string}
         */
        SwarmKeyState: "missing" | "good" | "damaged";
        /** @description A connection to a peer. */
        SwarmPeer: {
            /** @description Where it is: a multiaddress. */
            address: string;
            /** @description What it says it runs. */
            agent: string | null;
            /** @description Its id. */
            peer: string;
        };
        /** @description Tags of the file. */
        TagFacts: {
            /** @description Album. */
            album: string | null;
            /** @description Artist of the album. */
            albumArtist: string | null;
            /** @description Artist. */
            artist: string | null;
            /** @description Comment. */
            comment: string | null;
            /**
             * Format: int32
             * @description Number of the disc.
             */
            discNo: number | null;
            /** @description Genre. */
            genre: string | null;
            /** @description Title. */
            title: string | null;
            /**
             * Format: int32
             * @description Number of the track.
             */
            trackNo: number | null;
            /**
             * Format: int32
             * @description Year.
             */
            year: number | null;
        };
        /**
         * @description The colours of the interface.
         * @enum {string}
         */
        Theme: "system" | "dark" | "light";
        /** @description Bytes over time, oldest first. */
        TrafficHistory: {
            /**
             * Format: int64
             * @description Length of an interval.
             */
            everySeconds: number;
            /** @description One an interval. */
            samples: components["schemas"]["TrafficSample"][];
        };
        /** @description What passed in one interval. */
        TrafficSample: {
            /**
             * Format: int64
             * @description When the interval ended, Unix milliseconds.
             */
            at: number;
            /**
             * Format: int64
             * @description Bytes in.
             */
            received: number;
            /**
             * Format: int64
             * @description Bytes out.
             */
            sent: number;
        };
        /** @description A path that cannot be read. */
        UnreadablePath: {
            /** @description Why. */
            message: string;
            /** @description The path, with characters that are not text replaced. */
            path: string;
        };
        /** @description A place where a browser puts the bytes of dropped files. */
        Upload: {
            /** @description Id of the upload. */
            uploadId: string;
        };
        /** @description One file that arrived in an upload. */
        UploadedFile: {
            /**
             * Format: int64
             * @description Bytes written.
             */
            bytes: number;
            /** @description The path inside the upload that the file got. */
            path: string;
        };
        /** @description A video track. */
        VideoTrackFacts: {
            /**
             * Format: int64
             * @description Bits a second.
             */
            bitrate: number | null;
            /** @description Codec, "h264". */
            codec: string;
            /**
             * Format: double
             * @description Frames a second.
             */
            fps: number | null;
            /** @description High dynamic range. */
            hdr: boolean;
        };
        /**
         * @description Who may have what is shared.
         * @enum {string}
         */
        Visibility: "link" | "public";
        /** @description What the Watch room shows. */
        Watch: {
            /** @description The first page of clips. */
            clips: components["schemas"]["ItemPage"];
            /** @description The first page of films. */
            films: components["schemas"]["ItemPage"];
            /** @description Genres that occur, sorted. */
            genres: string[];
            hero: components["schemas"]["ItemCard"] | null;
            /** @description Shows, by title. */
            series: components["schemas"]["Show"][];
            years: components["schemas"]["YearRange"] | null;
        };
        /** @description Loudness of a track over its length. */
        Waveform: {
            /** @description Peaks, 0 to 255, evenly over the length. */
            peaks: number[];
        };
        /** @description A range of years, both ends included. */
        YearRange: {
            /**
             * Format: int32
             * @description First year.
             */
            from: number;
            /**
             * Format: int32
             * @description Last year.
             */
            to: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_albums: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All albums, last changed first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Album"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_album: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAlbumRequest"];
            };
        };
        responses: {
            /** @description Makes an album. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Album"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_album: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One album; its items through `GET /items?albumId=`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Album"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_album: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_album: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlbumPatch"];
            };
        };
        responses: {
            /** @description Renames an album or sets its cover. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Album"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    add_album_items: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlbumItemsRequest"];
            };
        };
        responses: {
            /** @description Puts items into an album. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Album"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    remove_album_items: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlbumItemsRequest"];
            };
        };
        responses: {
            /** @description Takes items out of an album. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Album"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    bitswap_stat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Blocks over all networks since the start. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BitswapStat"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    bitswap_ledger: {
        parameters: {
            query: {
                /** @description A peer id. */
                peer: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What passed between this node and a connected peer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeerLedger"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    dht_peer: {
        parameters: {
            query: {
                /** @description A peer id. */
                peer: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where a peer may be dialled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeerAddresses"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    dht_provide: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CidRequest"];
            };
        };
        responses: {
            /** @description Says in the public directory that this node has a block, once. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    dht_providers: {
        parameters: {
            query: {
                /** @description A content id. */
                cid: string;
                /** @description How many to look for, at most 64; 20 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Peers that say they have a block. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeerAddresses"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_diagnostics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A report to send along with a bug. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_duplicates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Items with equal bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Duplicates"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events; `event:` names them, the data are the `*Event` schemas. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    start_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PathRequest"];
            };
        };
        responses: {
            /** @description Exports the whole home into an empty folder. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_home: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the Home room shows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Home"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All jobs that were not dismissed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    start_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportRequest"];
            };
        };
        responses: {
            /** @description Starts an import. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One job. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    dismiss_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    cancel_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stops a job; what is imported stays. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_failures: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Files that failed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailurePage"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    pause_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Pauses a job. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    resume_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Goes on with a paused job. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    retry_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tries the failed files again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    preview_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PathsRequest"];
            };
        };
        responses: {
            /** @description What a drop would bring; changes nothing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DropSummary"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_items: {
        parameters: {
            query?: {
                /** @description Only items of this album. */
                albumId?: string;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
                /** @description Only favourites of the active person. */
                favourite?: boolean;
                /** @description Only items of this genre. */
                genre?: string;
                /** @description Kinds, separated by commas; all when absent. */
                kind?: string;
                /** @description Most items, 1 to 500; 100 when absent. */
                limit?: number;
                /** @description Longest length. */
                maxMinutes?: number;
                /** @description Shortest length. */
                minMinutes?: number;
                /** @description Direction; each order has a natural one. */
                order?: components["schemas"]["SortOrder"];
                /** @description Order. */
                sort?: components["schemas"]["ItemSort"];
                /** @description Only items in the trash; without it, only those outside. */
                trash?: boolean;
                /** @description Only items that the active person has not finished. */
                unseen?: boolean;
                /** @description First year. */
                yearFrom?: number;
                /** @description Last year. */
                yearTo?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Items that match all conditions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemPage"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One item with all that is known of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemDetail"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ItemPatch"];
            };
        };
        responses: {
            /** @description Changes what the person says about an item. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemDetail"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_progress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProgressRequest"];
            };
        };
        responses: {
            /** @description Keeps where the active person is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemProgress"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_progress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    relink_item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RelinkRequest"];
            };
        };
        responses: {
            /** @description Says where the moved file of an item is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemDetail"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_waveform: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Loudness of a track. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waveform"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    batch_items: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchRequest"];
            };
        };
        responses: {
            /** @description One act on many items. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchResult"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_licences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Licences of the parts this program is made of. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    open_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenLinkRequest"];
            };
        };
        responses: {
            /** @description Opens a link of somebody else. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Received"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_music: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Albums and tracks. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Music"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_music_album: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An album with its tracks. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MusicAlbumDetail"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    publish_name: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PublishNameRequest"];
            };
        };
        responses: {
            /** @description Points this node's name to a path and keeps it so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublishedName"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    resolve_name: {
        parameters: {
            query: {
                /** @description A peer id or a domain, with or without /btns/ or /ipns/ before it. */
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The path that a name stands for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResolvedName"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_networks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The networks that run. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Network"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    network_history: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Bytes over the last hour, all networks together. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrafficHistory"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    add_content: {
        parameters: {
            query?: {
                /**
                 * @description "size-BYTES", "rabin-MIN-AVG-MAX", "buzhash" or "reed-solomon-DATA-PARITY-BYTES";
                 *     "size-262144" when absent.
                 */
                chunker?: string;
                /** @description 0 or 1; 0 when absent. */
                cidVersion?: number;
                /** @description Encrypt it as BTFS does, for the key below, the peer below, or this node. */
                encrypt?: boolean;
                /** @description Name of the file in the answer. */
                name?: string;
                /** @description A peer id that holds such a key. */
                peerId?: string;
                /** @description Pin it; true when absent. */
                pin?: boolean;
                /** @description A public key of secp256k1, hex. */
                publicKey?: string;
                /** @description Leaves without wrapper; as the CID version when absent. */
                rawLeaves?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/octet-stream": unknown;
            };
        };
        responses: {
            /** @description Adds the body as one file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddedFile"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    add_paths: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NodeAddRequest"];
            };
        };
        responses: {
            /** @description Adds files and folders of this machine. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddedFile"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    cat_content: {
        parameters: {
            query: {
                /** @description Number of bytes; all when absent. */
                length?: number;
                /** @description First byte; 0 when absent. */
                offset?: number;
                /** @description A CID, or "/btfs/CID/path". */
                path: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Bytes of a file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    export_car: {
        parameters: {
            query: {
                /** @description The CID. */
                cid: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A CAR of everything below a root. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.ipld.car": string;
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    import_car: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/vnd.ipld.car": unknown;
            };
        };
        responses: {
            /** @description Stores the blocks of a CAR and pins its roots. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CarImported"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    decrypt_content: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecryptRequest"];
            };
        };
        responses: {
            /** @description Bytes of a file that BTFS encrypted for this node, or for the key given. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_identity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who this node is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeIdentity"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    replace_identity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplaceIdentityRequest"];
            };
        };
        responses: {
            /** @description Gives this home another key. The one before is kept, sealed with the password. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplacedIdentity"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_content: {
        parameters: {
            query: {
                /** @description A CID, or "/btfs/CID/path". */
                path: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Entries of a directory. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_pins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All pins. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pin"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    add_pin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PinRequest"];
            };
        };
        responses: {
            /** @description Pins content that is here. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pin"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    remove_pin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                cid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_repo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Numbers of the block store. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepoStat"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All people. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_person: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPersonRequest"];
            };
        };
        responses: {
            /** @description Adds a person. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PersonPatch"];
            };
        };
        responses: {
            /** @description Renames or recolours a person. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    activate_person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Makes this the active person. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_photos: {
        parameters: {
            query: {
                /** @description Only photos of this album. */
                albumId?: string;
                /** @description Key of the bucket, "2024-06" or "2024-06#1". */
                bucket: string;
                /** @description Only favourites of the active person. */
                favourite?: boolean;
                /** @description Only photos in the trash; without it, only those outside. */
                trash?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The photos of one bucket. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoPage"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_timeline: {
        parameters: {
            query?: {
                /** @description Only photos of this album. */
                albumId?: string;
                /** @description Only favourites of the active person. */
                favourite?: boolean;
                /** @description Only photos in the trash; without it, only those outside. */
                trash?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Photos by month and day. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoTimeline"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_policy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lists of blocked content. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_policy_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rules of the person's own list, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyRule"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    add_policy_rule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyRuleRequest"];
            };
        };
        responses: {
            /** @description Blocks something, or allows what a list blocks. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyRule"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    remove_policy_rule: {
        parameters: {
            query: {
                /** @description What it is about, as it is listed. */
                what: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Takes back what the own list says of something. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    add_policy_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPolicyListRequest"];
            };
        };
        responses: {
            /** @description Takes in a list: a file, which is copied, or its text. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    remove_policy_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removes a list and its file. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_policy_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyListPatch"];
            };
        };
        responses: {
            /** @description Switches a list on or off. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_policy_log: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was blocked since the start, newest first; at most a thousand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyLogEntry"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_received: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All shares that were opened here, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Received"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_received: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One share that was opened here, and what it holds. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceivedDetail"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_received: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Strikes a share from the list of those that were opened. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    connect_received: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tries now to reach who shares this; says whether it worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Received"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    save_received: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Fetches all of an opened share and takes it into the library. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    start_restore: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PathRequest"];
            };
        };
        responses: {
            /** @description Restores an export. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    search: {
        parameters: {
            query: {
                /** @description Most items, 1 to 200; 50 when absent. */
                limit?: number;
                /** @description Words. */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Finds items, albums and shows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResult"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Settings in force. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsPatch"];
            };
        };
        responses: {
            /** @description Changes settings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    reset_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetSettingsRequest"];
            };
        };
        responses: {
            /** @description Puts settings back to their defaults. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_shares: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All shares of this home, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Share"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_share: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewShareRequest"];
            };
        };
        responses: {
            /** @description Shares items or an album by link; they are sealed in the background. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Share"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Takes a share back and strikes it from the list. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    revoke_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Takes a share back, for good: whoever has it open is cut off. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Share"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A show with its seasons. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShowDetail"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_shutdown: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description State of the node at a glance. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_storage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where bytes live. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Storage"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    add_folder: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FolderRequest"];
            };
        };
        responses: {
            /** @description Adds a storage folder. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Storage"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    remove_folder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Takes a storage folder away; refused while it holds the only copy. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Storage"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    start_gc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Frees blocks that nothing needs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    start_repair: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Mends what can be mended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    start_verify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Checks every block. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    swarm_addresses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where this node listens: multiaddresses with its peer id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    swarm_connect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectRequest"];
            };
        };
        responses: {
            /** @description Connects to a peer. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    swarm_disconnect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectRequest"];
            };
        };
        responses: {
            /** @description Closes the connections to a peer. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    swarm_peers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Connected peers, one entry a connection. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmPeer"][];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    empty_trash: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deletes what is in the trash from the library. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchResult"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_upload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Opens an upload. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_upload_file: {
        parameters: {
            query: {
                /** @description Relative path, "Holiday/IMG_1.jpg". */
                path: string;
            };
            header?: never;
            path: {
                /** @description Which one. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/octet-stream": unknown;
            };
        };
        responses: {
            /** @description Streams one file into the upload. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedFile"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_watch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the Watch room shows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Watch"];
                };
            };
            /** @description It failed. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}

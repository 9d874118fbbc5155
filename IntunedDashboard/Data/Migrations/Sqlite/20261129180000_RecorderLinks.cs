using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IntunedDashboard.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RecorderLinks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "RecorderLinks",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    SessionKey = table.Column<Guid>(type: "TEXT", nullable: false),
                    TokenHash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    ClaimHash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    ProtectedProxy = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedBy = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ExpiresAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ClaimedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    ClaimedFrom = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecorderLinks", x => x.Id);
                    table.ForeignKey(
                        name: "FK_RecorderLinks_AuthSessions_SessionKey",
                        column: x => x.SessionKey,
                        principalTable: "AuthSessions",
                        principalColumn: "Key",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RecorderLinks_ExpiresAt",
                table: "RecorderLinks",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_RecorderLinks_SessionKey",
                table: "RecorderLinks",
                column: "SessionKey");

            migrationBuilder.CreateIndex(
                name: "IX_RecorderLinks_TokenHash",
                table: "RecorderLinks",
                column: "TokenHash",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RecorderLinks");
        }
    }
}
